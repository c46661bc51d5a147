/* The setting `command` of engines that run programs. */
#include "core/command_text.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  static struct command command;
  llmb_error error;
  llmb_error_init(&error);
  char *text = fuzz_copy(data, size);
  if (command_parse(text, &command, &error) == LLMB_OK) {
    FUZZ_CHECK(command.argument_count > 0 && command.argument_count <= COMMAND_ARGUMENTS_MAX);
    FUZZ_CHECK(command.arguments[command.argument_count] == NULL && command.arguments[0][0] != 0);
    const char *end = command.text;
    for (unsigned i = 0; i < command.argument_count; i++) {
      FUZZ_CHECK(command.arguments[i] == end); /* one behind the other, none outside */
      end += strlen(end) + 1;
      FUZZ_CHECK(end <= command.text + sizeof command.text);
    }
    struct command_prompt place;
    if (command_find_prompt(&command, &place, NULL) == LLMB_OK && place.element > 0) {
      FUZZ_CHECK(strstr(command.arguments[place.element], COMMAND_PROMPT) ==
                 command.arguments[place.element] + place.prefix_size);
    }
  } else {
    FUZZ_CHECK(error.status == LLMB_E_INVALID_ARGUMENT && error.message[0] != 0);
  }
  free(text);
  return 0;
}
