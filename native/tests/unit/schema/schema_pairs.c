/* Writes random schemas with random instances and our verdicts, for other validators to judge: a schema on each line,
 * with INSTANCES_EACH instances, so that the others, which take long to compile one, need not compile one for each
 * pair. llmbridge-schema-pairs COUNT SEED: COUNT pairs in all. */
#include <stdio.h>
#include <stdlib.h>

#include "schema/schema_check.h"
#include "schema/schema_compile.h"
#include "schema/schema_stream.h"
#include "tests/unit/schema/schema_random.h"

enum { INSTANCES_EACH = 5 };

static llmb_error schema_error;

static char *finish(struct maker *maker) {
  char *text = NULL;
  if (json_writer_finish(&maker->writer, &text) != LLMB_OK) exit(2);
  return text;
}

/* The stream has to say the same, however the text is cut. */
static bool agrees(struct maker *maker, const struct schema_set *set, const char *text, llmb_status expected) {
  struct schema_stream *stream = NULL;
  const size_t size = strlen(text);
  if (schema_stream_open(set, &stream) != LLMB_OK) exit(2);
  llmb_status status = LLMB_OK;
  for (size_t at = 0; at < size && status == LLMB_OK;) {
    size_t part = 1 + random_next(&maker->random, 5);
    if (part > size - at) part = size - at;
    status = schema_stream_take(stream, text + at, part, false, &schema_error);
    at += part;
  }
  if (status == LLMB_OK) status = schema_stream_take(stream, "", 0, true, &schema_error);
  schema_stream_close(stream);
  return status == expected;
}

/* An instance and our verdict. */
static bool write_pair(struct maker *maker, const struct schema_set *set, const char *schema) {
  json_writer_begin(&maker->writer);
  write_value(maker, 0);
  char *instance = finish(maker);
  const llmb_status status = schema_check_instance(set, instance, strlen(instance), &schema_error);
  bool is_good = status == LLMB_OK || status == LLMB_E_OUTPUT_INVALID;
  is_good = is_good && agrees(maker, set, instance, status);
  if (!is_good) fprintf(stderr, "%s\n%s\n%d %s\n", schema, instance, status, schema_error.message);
  printf("{\"instance\":%s,\"valid\":%s}", instance, status == LLMB_OK ? "true" : "false");
  free(instance);
  return is_good;
}

static bool write_schema_with_pairs(struct maker *maker, unsigned long count) {
  const struct schema_options options = {SCHEMA_DRAFT_2020, true};
  struct schema_set set;
  llmb_error_init(&schema_error);
  maker->is_draft_7 = one_in(maker, 3);
  maker->has_unevaluated_items = one_in(maker, 2);
  maker->has_written_unevaluated_items = false;
  json_writer_begin(&maker->writer);
  write_schema(maker, 0);
  char *schema = finish(maker);
  if (schema_compile(&set, schema, strlen(schema), options, &schema_error) != LLMB_OK) {
    fprintf(stderr, "%s\n%s\n", schema, schema_error.message);
    return false;
  }
  bool is_good = true;
  printf("{\"schema\":%s,\"pairs\":[", schema);
  for (unsigned long i = 0; i < count && is_good; i++) {
    if (i > 0) fputs(",", stdout);
    is_good = write_pair(maker, &set, schema);
  }
  fputs("]}\n", stdout);
  schema_set_close(&set);
  free(schema);
  return is_good;
}

int main(int argc, char **argv) {
  struct maker maker = {.random = {argc > 2 ? strtoull(argv[2], NULL, 10) : 1}};
  unsigned long count = argc > 1 ? strtoul(argv[1], NULL, 10) : 1;
  for (int i = 0; i < 20; i++) (void)random_next(&maker.random, 0); /* seeds that are near each other part */
  while (count > 0) {
    const unsigned long now = count < INSTANCES_EACH ? count : INSTANCES_EACH;
    if (!write_schema_with_pairs(&maker, now)) return 1;
    count -= now;
  }
  return fflush(stdout) != 0;
}
