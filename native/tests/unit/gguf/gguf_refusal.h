/* A model that is built, checked and refused. */
#ifndef LLMB_GGUF_REFUSAL_H
#define LLMB_GGUF_REFUSAL_H

#include "tests/check.h"
#include "gguf/gguf_check.h"
#include "gguf/gguf_limits.h"
#include "tests/unit/gguf/gguf_builder.h"

static struct gguf_builder builder;
static llmb_error error;

static inline llmb_status check_bytes(const void *bytes, uint64_t size) {
  struct gguf_temporary file = temporary_create(bytes, size);
  llmb_error_init(&error);
  llmb_status status = gguf_check(file.path, &error);
  close(file.handle);
  return status;
}

/* Checks what stands in the builder, whose message must hold both parts. */
static inline void check_refused(const char *where, const char *why) {
  CHECK_INT(LLMB_E_MODEL_INVALID, check_bytes(builder.bytes, builder.size));
  CHECK_INT(LLMB_E_MODEL_INVALID, error.status);
  CHECK_CONTAINS(where, error.message);
  CHECK_CONTAINS(why, error.message);
}

#endif
