/* A key's value as JSON. */
#ifndef LLMB_GGUF_VALUE_JSON_H
#define LLMB_GGUF_VALUE_JSON_H

#include "core/json_writer.h"
#include "gguf/gguf_file.h"

/* Writes the value; of arrays and of long texts only their kind and size. */
void gguf_value_write_json(struct json_writer *writer, const struct gguf_key *key);

#endif
