/* A model as it lies in its files: one, or the parts of one that was split. */
#ifndef LLMB_GGUF_PARTS_H
#define LLMB_GGUF_PARTS_H

#include "gguf/gguf_file.h"

/* Reads and checks the file and, where it is the first of a split model, all others; *out is the first with the sums of
 * all. It is cleared by gguf_file_clear, also after a failure. */
llmb_status gguf_model_read(const char *path, struct gguf_file *out, llmb_error *error);

#endif
