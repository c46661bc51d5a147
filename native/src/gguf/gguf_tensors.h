/* The tensors of a model file. */
#ifndef LLMB_GGUF_TENSORS_H
#define LLMB_GGUF_TENSORS_H

#include "gguf/gguf_file.h"

/* The last parts of gguf_file_read, in this order; the count stands in *file. */
llmb_status gguf_read_tensors(struct gguf_reader *reader, struct gguf_file *file);
llmb_status gguf_place_tensors(struct gguf_reader *reader, struct gguf_file *file);

#endif
