/* A schema, a line feed, an instance: what the whole check says the stream says too, however the text is cut, and no
 * prefix of a valid instance is refused. */
#include "schema/schema_check.h"
#include "schema/schema_compile.h"
#include "schema/schema_stream.h"
#include "tests/fuzz/fuzz.h"

static llmb_status check_stream(const struct schema_set *set, const char *text, size_t size, size_t step) {
  struct schema_stream *stream = NULL;
  if (schema_stream_open(set, &stream) != LLMB_OK) exit(2);
  llmb_status status = LLMB_OK;
  for (size_t at = 0; at < size && status == LLMB_OK; at += step) {
    status = schema_stream_take(stream, text + at, size - at < step ? size - at : step, false, NULL);
  }
  if (status == LLMB_OK) status = schema_stream_take(stream, "", 0, true, NULL);
  schema_stream_close(stream);
  return status;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  enum { SIZE_MAX_HERE = 4096 };
  const uint8_t *line = size > 0 && size <= SIZE_MAX_HERE ? memchr(data, '\n', size) : NULL;
  const size_t schema_size = line == NULL ? size : (size_t)(line - data);
  struct schema_set set;
  llmb_error error;
  llmb_error_init(&error);
  if (size > SIZE_MAX_HERE) return 0;
  const struct schema_options options = {SCHEMA_DRAFT_2020, false};
  const llmb_status compiled = schema_compile(&set, (const char *)data, schema_size, options, &error);
  FUZZ_CHECK(compiled == LLMB_OK || compiled == LLMB_E_INVALID_ARGUMENT || compiled == LLMB_E_UNSUPPORTED);
  FUZZ_CHECK(compiled == LLMB_OK || (error.status == compiled && error.message[0] != 0));
  if (compiled == LLMB_OK && line != NULL) {
    char *text = fuzz_copy(line + 1, size - schema_size - 1);
    const size_t text_size = size - schema_size - 1;
    const llmb_status status = schema_check_instance(&set, text, text_size, &error);
    FUZZ_CHECK(status == LLMB_OK || status == LLMB_E_OUTPUT_INVALID);
    FUZZ_CHECK(check_stream(&set, text, text_size, 1) == status);
    FUZZ_CHECK(check_stream(&set, text, text_size, 7) == status);
    free(text);
  }
  schema_set_close(&set);
  return 0;
}
