/* A pattern, a line feed, a text: the search looks at each state at most once for a character, and a text of which it
 * says that nothing can follow does not match. */
#include "core/utf8.h"
#include "schema/regex_run.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  enum { SIZE_MAX_HERE = 2048 };
  uint64_t valid = 0, at = 0;
  const char *what = NULL;
  struct regex *regex = NULL;
  struct regex_run run;
  if (size > SIZE_MAX_HERE || utf8_check(data, size, &valid) != UTF8_VALID) return 0;
  const uint8_t *line = size > 0 ? memchr(data, '\n', size) : NULL;
  const size_t pattern_size = line == NULL ? size : (size_t)(line - data);
  const llmb_status status = regex_compile((const char *)data, pattern_size, &regex, &what, &at);
  FUZZ_CHECK(status == LLMB_OK ||
             ((status == LLMB_E_INVALID_ARGUMENT || status == LLMB_E_UNSUPPORTED) && what != NULL));
  if (status != LLMB_OK || line == NULL) return regex_close(regex), 0;
  if (regex_run_open(&run, regex_state_count(regex)) != LLMB_OK) exit(2);
  const size_t text_size = size - pattern_size - 1;
  const char *text = (const char *)line + 1;
  const bool matches = regex_run_text(&run, regex, text, text_size);
  FUZZ_CHECK(run.steps <= (text_size + 1) * (uint64_t)regex_state_count(regex));
  bool goes_on = true;
  regex_run_begin(&run, regex);
  for (size_t i = 0; i < text_size && goes_on && (uint8_t)text[i] < 0x80; i++) {
    goes_on = regex_run_take(&run, (uint8_t)text[i]);
  }
  FUZZ_CHECK(goes_on || !matches);
  regex_run_close(&run);
  regex_close(regex);
  return 0;
}
