/* The fake engine's script, as the setting `command` brings it. */
#include "tests/fuzz/fuzz.h"

#include "engine/fake/fake_script.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  struct fake_script script;
  char problem[64];
  memset(problem, 'x', sizeof problem);
  char *text = fuzz_copy(data, size);
  if (fake_script_parse(text, &script, problem, sizeof problem)) {
    FUZZ_CHECK(script.count > 0 && script.count <= FAKE_STEPS_MAX);
    for (unsigned i = 0; i < script.count; i++) {
      FUZZ_CHECK(script.steps[i].verb < FAKE_VERB_COUNT && script.steps[i].moment <= FAKE_AT_PIECE);
      FUZZ_CHECK(script.steps[i].moment != FAKE_AT_PIECE || script.steps[i].piece > 0);
    }
  } else {
    FUZZ_CHECK(memchr(problem, 0, sizeof problem) != NULL && problem[0] != '\0');
  }
  free(text);
  return 0;
}
