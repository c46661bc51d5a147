/* The keys of a model file that we know. */
#ifndef LLMB_GGUF_KNOWN_KEYS_H
#define LLMB_GGUF_KNOWN_KEYS_H

#include "gguf/gguf_file.h"

/* The second part of gguf_file_read: what the keys that we know must be. */
llmb_status gguf_check_keys(struct gguf_reader *reader, struct gguf_file *file);

#endif
