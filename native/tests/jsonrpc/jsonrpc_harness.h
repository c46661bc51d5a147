/* What the tests of the engine jsonrpc share: bridges to child_daemon, or to any command. */
#ifndef LLMB_TESTS_JSONRPC_HARNESS_H
#define LLMB_TESTS_JSONRPC_HARNESS_H

#include "tests/bridge/bridge_harness.h"

#define DAEMON(rest) "[\"" CHILD_DAEMON "\"" rest "]"

/* A bridge to a daemon by its command, with the settings given, NULL at the end. */
UNUSED static llmb_bridge *daemon_bridge(const char *command, ...) __attribute__((sentinel));
UNUSED static llmb_bridge *daemon_bridge(const char *command, ...) {
  llmb_settings *settings = settings_of("engine", "jsonrpc", "command", command, "home", HARNESS_HOME, NULL);
  va_list rest;
  va_start(rest, command);
  llmb_bridge *bridge = bridge_open_with(settings, rest);
  va_end(rest);
  return bridge;
}

/* Asks; the answer is to be this. */
UNUSED static void check_answer_with(llmb_bridge *bridge, const char *prompt, const llmb_settings *settings,
                                     const char *expected) {
  char *answer = NULL;
  llmb_error error;
  llmb_error_init(&error);
  CHECK_INT(LLMB_OK,
            llmb_generate(bridge, (const uint8_t *)prompt, strlen(prompt), settings, &answer, NULL, NULL, &error));
  CHECK_TEXT("", error.message);
  CHECK_TEXT(expected, answer);
  llmb_free(answer);
}

UNUSED static void check_answer(llmb_bridge *bridge, const char *prompt, const char *expected) {
  check_answer_with(bridge, prompt, NULL, expected);
}

/* What a method gives back, as JSON, to be freed; NULL with *error on failure. */
UNUSED static char *invoke(llmb_bridge *bridge, const char *method, const char *params, llmb_error *error) {
  char *json = NULL;
  llmb_error_init(error);
  llmb_invoke(bridge, method, (const uint8_t *)params, params != NULL ? strlen(params) : 0, NULL, &json, NULL, NULL,
              error);
  return json;
}

UNUSED static void check_invoke(llmb_bridge *bridge, const char *method, const char *params, const char *expected) {
  llmb_error error;
  char *json = invoke(bridge, method, params, &error);
  CHECK_TEXT("", error.message);
  CHECK_TEXT(expected, json);
  llmb_free(json);
}

/* Waits until the daemon has had so many prompts: calls that are in flight together come in any order. */
UNUSED static void await_asked(llmb_bridge *bridge, unsigned long long count) {
  for (unsigned long long asked = 0; asked < count;) {
    llmb_error error;
    char *json = invoke(bridge, "counts", NULL, &error);
    CHECK_TEXT("", error.message);
    if (json == NULL || sscanf(json, "{\"asked\":%llu", &asked) != 1) return;
    llmb_free(json);
  }
}

/* The number that a prompt is answered with, such as the daemon's pid. */
UNUSED static int64_t ask_number(llmb_bridge *bridge, const char *prompt) {
  char *answer = NULL;
  llmb_error error;
  llmb_error_init(&error);
  CHECK_INT(LLMB_OK, llmb_generate(bridge, (const uint8_t *)prompt, strlen(prompt), NULL, &answer, NULL, NULL, &error));
  CHECK_TEXT("", error.message);
  const int64_t number = answer != NULL ? strtoll(answer, NULL, 10) : 0;
  llmb_free(answer);
  return number;
}

#endif
