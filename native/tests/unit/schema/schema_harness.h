/* Schemas and instances as C texts. */
#ifndef LLMB_TESTS_SCHEMA_HARNESS_H
#define LLMB_TESTS_SCHEMA_HARNESS_H

#include "schema/schema_check.h"
#include "schema/schema_compile.h"
#include "schema/schema_stream.h"
#include "tests/check.h"

static llmb_error schema_error;

/* The message of the last failure. */
__attribute__((unused)) static const char *schema_message(void) {
  return schema_error.message;
}

__attribute__((unused)) static llmb_status compile_as(struct schema_set *set, const char *schema,
                                                      struct schema_options options) {
  llmb_error_init(&schema_error);
  return schema_compile(set, schema, strlen(schema), options, &schema_error);
}

__attribute__((unused)) static llmb_status compile(struct schema_set *set, const char *schema) {
  return compile_as(set, schema, (struct schema_options){SCHEMA_DRAFT_2020, true});
}

/* LLMB_OK for a schema that can be used. */
__attribute__((unused)) static llmb_status compile_only(const char *schema) {
  struct schema_set set;
  llmb_status status = compile(&set, schema);
  schema_set_close(&set);
  return status;
}

/* Checks an instance as a whole. */
__attribute__((unused)) static llmb_status check_whole(const char *schema, const char *instance) {
  struct schema_set set;
  llmb_status status = compile(&set, schema);
  CHECK_INT(LLMB_OK, status);
  if (status != LLMB_OK) fprintf(stderr, "%s: %s\n", schema, schema_message());
  if (status == LLMB_OK) status = schema_check_instance(&set, instance, strlen(instance), &schema_error);
  schema_set_close(&set);
  return status;
}

/* Feeds the text byte by byte without saying that it ends: how many bytes were taken before it was refused, or -1. */
__attribute__((unused)) static int refused_after(const char *schema, const char *text) {
  struct schema_set set;
  struct schema_stream *stream = NULL;
  int refused = -1;
  CHECK_INT(LLMB_OK, compile(&set, schema));
  CHECK_INT(LLMB_OK, schema_stream_open(&set, &stream));
  for (int i = 0; text[i] != 0 && refused < 0; i++) {
    if (schema_stream_take(stream, text + i, 1, false, &schema_error) != LLMB_OK) refused = i;
  }
  schema_stream_close(stream);
  schema_set_close(&set);
  return refused;
}

/* A text that repeats `part`, between two others; to be freed. */
__attribute__((unused)) static char *repeated(const char *before, const char *part, unsigned count, const char *after) {
  const size_t size = strlen(part);
  char *text = malloc(strlen(before) + size * count + strlen(after) + 1), *at = text;
  if (text == NULL) exit(2);
  at = stpcpy(at, before);
  for (unsigned i = 0; i < count; i++) at = stpcpy(at, part);
  strcpy(at, after);
  return text;
}

#endif
