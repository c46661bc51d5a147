/* What the tests of the engine exec share: bridges to commands, scratch folders, answers. */
#ifndef LLMB_TESTS_EXEC_HARNESS_H
#define LLMB_TESTS_EXEC_HARNESS_H

#include "tests/bridge/bridge_harness.h"
#include "tests/marked_processes.h"

/* A command that hands a script of sh over as one argument. */
#define SH(script) "[\"sh\",\"-c\",\"" script "\"]"

/* A bridge to a command that, like all it starts, is marked; more settings, NULL at the end. */
UNUSED static llmb_bridge *bridge_to(const char *command, ...) __attribute__((sentinel));
UNUSED static llmb_bridge *bridge_to(const char *command, ...) {
  mark_set();
  llmb_settings *settings =
      settings_of("engine", "exec", "command", command, "home", HARNESS_HOME, "environment", MARK_NAME, NULL);
  va_list rest;
  va_start(rest, command);
  llmb_bridge *bridge = bridge_open_with(settings, rest);
  va_end(rest);
  return bridge;
}

/* Closes it; nothing that a command has started is left. */
UNUSED static void bridge_vanish(llmb_bridge *bridge) {
  bridge_end(bridge);
  marked_await(0);
}

/* The answer, freed by the caller; NULL and *error on failure. */
UNUSED static char *answer_to(llmb_bridge *bridge, const char *prompt, const llmb_settings *settings,
                              llmb_error *error) {
  char *answer = NULL;
  llmb_error_init(error);
  llmb_generate(bridge, (const uint8_t *)prompt, strlen(prompt), settings, &answer, NULL, NULL, error);
  return answer;
}

UNUSED static void check_answer(llmb_bridge *bridge, const char *prompt, const char *wanted) {
  llmb_error error;
  char *answer = answer_to(bridge, prompt, NULL, &error);
  CHECK_TEXT("", error.message);
  CHECK_TEXT(wanted, answer);
  llmb_free(answer);
}

#endif
