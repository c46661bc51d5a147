/* The Python kit for daemon authors, hosts/python/llmbridge_daemon.py, and its example. */
#include "tests/jsonrpc/jsonrpc_harness.h"

/* A daemon of these lines, which use the kit. */
#define KIT_DAEMON(lines)                                           \
  "[\"" PYTHON "\", \"-c\", \"import sys; sys.path.insert(0, '" KIT \
  "')\\n"                                                           \
  "from llmbridge_daemon import *\\n" lines "\"]"

static void example__keeps_its_state_in_memory(void) {
  llmb_bridge *bridge = daemon_bridge("[\"" PYTHON "\", \"" KIT "/examples/counting_daemon.py\"]", NULL);
  uint64_t count = 0;
  check_answer(bridge, "a b", "Question 1: a b");
  check_answer(bridge, "c", "Question 2: c");
  check_invoke(bridge, "remember", "{\"note\": \"milk\"}", "{\"notes\": [\"milk\"], \"asked\": 2}");
  check_invoke(bridge, "remember", "[\"tea\"]", "{\"notes\": [\"milk\", \"tea\"], \"asked\": 2}");
  CHECK_INT(LLMB_OK, llmb_count_tokens(bridge, (const uint8_t *)"one two", 7, &count, NULL));
  CHECK_INT(2, count);
  const uint8_t *texts[] = {(const uint8_t *)"aha"};
  const uint64_t sizes[] = {3};
  float *vector = NULL;
  uint64_t dimension = 0;
  CHECK_INT(LLMB_OK, llmb_embed_texts(bridge, texts, sizes, 1, NULL, &vector, &dimension, NULL, NULL));
  CHECK_INT(5, dimension);
  CHECK(vector != NULL && vector[0] == 3.0f);
  llmb_free(vector);
  bridge_end(bridge);
}

static void prints__go_to_the_log_and_break_nothing(void) {
  llmb_bridge *bridge = daemon_bridge(KIT_DAEMON("import os\\n@method\\ndef generate(prompt):\\n"
                                                 "  print('stray')\\n  os.write(1, b'stray too\\\\n')\\n"
                                                 "  if prompt == 'die': os._exit(2)\\n  return prompt\\n"
                                                 "run()"),
                                      NULL);
  llmb_error error;
  check_answer(bridge, "x", "x");
  CHECK_INT(LLMB_E_ENGINE_CRASHED, ask(bridge, "die", NULL, &error));
  CHECK_CONTAINS("stray too", error.engine_log);
  bridge_end(bridge);
}

static void parameters__that_a_method_does_not_take_are_invalid(void) {
  llmb_bridge *bridge = daemon_bridge(KIT_DAEMON("@method\\ndef generate(prompt):\\n  return prompt\\nrun()"), NULL);
  llmb_settings *settings = settings_of("temperature", "0.5", NULL);
  llmb_error error;
  CHECK_INT(LLMB_E_INVALID_ARGUMENT, ask(bridge, "x", settings, &error));
  CHECK_CONTAINS("'temperature'", error.message);
  uint64_t count = 0;
  CHECK_INT(LLMB_E_UNSUPPORTED, llmb_count_tokens(bridge, (const uint8_t *)"x", 1, &count, NULL));
  llmb_settings_close(settings);
  bridge_end(bridge);
}

static void exception__is_the_calls_error_and_the_daemon_lives(void) {
  llmb_bridge *bridge =
      daemon_bridge(KIT_DAEMON("@method\\ndef generate(prompt):\\n  if prompt == 'own': raise Failure('mine', 7)\\n"
                               "  return str(1 / (prompt != 'zero'))\\nrun()"),
                    NULL);
  llmb_error error;
  CHECK_INT(LLMB_E_ENGINE_ERROR, ask(bridge, "zero", NULL, &error));
  CHECK_TEXT("the daemon says: ZeroDivisionError: division by zero (-32000)", error.message);
  CHECK_INT(LLMB_E_ENGINE_ERROR, ask(bridge, "own", NULL, &error));
  CHECK_TEXT("the daemon says: mine (7)", error.message);
  check_answer(bridge, "x", "1.0");
  bridge_end(bridge);
}

static void cancelled_call__is_let_go_and_the_daemon_lives(void) {
  llmb_bridge *bridge = daemon_bridge(
      KIT_DAEMON("import os, time\\n@method\\ndef generate(prompt):\\n  if prompt == 'pid': return str(os.getpid())\\n"
                 "  while True:\\n    check_cancelled()\\n    time.sleep(0.01)\\nrun()"),
      "grace_ms", "60000", NULL);
  llmb_error error;
  llmb_error_init(&error);
  const int64_t pid = ask_number(bridge, "pid");
  llmb_call *call = call_of(bridge, "spin", NULL);
  CHECK_INT(LLMB_OK, llmb_call_cancel(call));
  CHECK_INT(LLMB_E_CANCELLED, read_to_end(call, NULL, 0, &error));
  llmb_call_close(call);
  CHECK_INT(pid, ask_number(bridge, "pid"));
  bridge_end(bridge);
}

static void daemon__of_the_kit_can_be_run_once_for_each_call(void) {
  llmb_bridge *bridge =
      daemon_bridge("[\"" PYTHON "\", \"" KIT "/examples/counting_daemon.py\"]", "workers", "0", NULL);
  check_answer(bridge, "a", "Question 1: a");
  check_answer(bridge, "b", "Question 1: b");
  bridge_end(bridge);
}

static void syntax_error__is_told(void) {
  llmb_bridge *bridge = daemon_bridge("[\"" PYTHON "\", \"-c\", \"def\"]", NULL);
  llmb_error error;
  CHECK_INT(LLMB_E_ENGINE_ERROR, ask(bridge, "x", NULL, &error));
  CHECK_CONTAINS("SyntaxError", error.message);
  bridge_end(bridge);
}

CHECK_MAIN(TEST(example__keeps_its_state_in_memory), TEST(prints__go_to_the_log_and_break_nothing),
           TEST(parameters__that_a_method_does_not_take_are_invalid),
           TEST(exception__is_the_calls_error_and_the_daemon_lives),
           TEST(cancelled_call__is_let_go_and_the_daemon_lives), TEST(daemon__of_the_kit_can_be_run_once_for_each_call),
           TEST(syntax_error__is_told))
