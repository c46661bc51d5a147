/* The keys of a model file. */
#ifndef LLMB_GGUF_KEYS_H
#define LLMB_GGUF_KEYS_H

#include "gguf/gguf_file.h"

/* The key of this name, or NULL. */
const struct gguf_key *gguf_key_find(const struct gguf_file *file, const char *name);

/* The value of a key that is an integer; a uint64 above INT64_MAX comes out negative. */
int64_t gguf_key_integer(const struct gguf_key *key);

/* The value of a key that is a float32 or a float64. */
double gguf_key_float(const struct gguf_key *key);

/* The first part of gguf_file_read after the header; the count stands in *file. */
llmb_status gguf_read_keys(struct gguf_reader *reader, struct gguf_file *file);

#endif
