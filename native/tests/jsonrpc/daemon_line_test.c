/* What daemons of others write that is not quite as the protocol has it, and how they are told. */
#include "tests/jsonrpc/jsonrpc_harness.h"

#define RESULT(text) "{\"jsonrpc\":\"2.0\",\"id\":$,\"result\":\"" text "\"}"
#define PIECE(text) "{\"jsonrpc\":\"2.0\",\"method\":\"piece\",\"params\":{\"id\":$,\"text\":\"" text "\"}}\n"

enum { DEEP = 100000 };

static void check_error(llmb_bridge *bridge, const char *prompt, llmb_status status, const char *wanted) {
  llmb_error error;
  CHECK_INT(status, ask(bridge, prompt, NULL, &error));
  CHECK_CONTAINS(wanted, error.message);
}

static void breach__is_told_with_the_line(void) {
  llmb_bridge *bridge = daemon_bridge(DAEMON(), "restart_limit", "100", NULL);
  check_error(bridge, "lines Loading the model, please wait", LLMB_E_PROTOCOL_ERROR,
              "not JSON: \"Loading the model, please wait\"");
  check_error(bridge, "lines \x1b[31mred", LLMB_E_PROTOCOL_ERROR, "\"\\x1b[31mred\"");
  check_error(bridge, "lines {\"id\":$,\"result\":1}", LLMB_E_PROTOCOL_ERROR, "{\\\"id\\\":");
  check_error(bridge, "lines {\"jsonrpc\":\"2.0\",\"id\":\"one\",\"result\":1}", LLMB_E_PROTOCOL_ERROR, "\\\"one\\\"");
  bridge_end(bridge);
}

static void lines__that_are_blank_are_skipped(void) {
  llmb_bridge *bridge = daemon_bridge(DAEMON(), NULL);
  check_answer(bridge, "lines \n\r\n \t\n" RESULT("ok") "\r\n\n", "ok");
  check_answer(bridge, "next", "next");
  bridge_end(bridge);
}

static void framing__by_content_length_is_named(void) {
  llmb_bridge *bridge = daemon_bridge(DAEMON(), NULL);
  check_error(bridge, "lines Content-Length: 38\r\n\r\n{\"jsonrpc\":\"2.0\",\"id\":$,\"result\":\"x\"}",
              LLMB_E_PROTOCOL_ERROR, "Content-Length");
  llmb_error error;
  CHECK_INT(LLMB_E_PROTOCOL_ERROR, ask(bridge, "lines content-length: 1", NULL, &error));
  CHECK_CONTAINS("one JSON object a line", error.message);
  bridge_end(bridge);
}

static void error__whose_id_is_null_is_shown(void) {
  llmb_bridge *bridge = daemon_bridge(DAEMON(), NULL);
  const int64_t pid = ask_number(bridge, "pid");
  check_error(bridge,
              "lines {\"jsonrpc\":\"2.0\",\"id\":null,\"error\":{\"code\":-32700,\"message\":\"Parse error: x\"}}",
              LLMB_E_ENGINE_ERROR, "Parse error: x (-32700)");
  CHECK_INT(pid, ask_number(bridge, "pid"));
  struct waiter waiter;
  waiter_start(&waiter, call_of(bridge, "hold", NULL));
  await_asked(bridge, 4);
  check_error(bridge, "lines {\"jsonrpc\":\"2.0\",\"id\":null,\"error\":{\"code\":-32700,\"message\":\"which one\"}}",
              LLMB_E_PROTOCOL_ERROR, "id is null");
  CHECK_INT(LLMB_E_PROTOCOL_ERROR, waiter_join(&waiter));
  llmb_call_close(waiter.call);
  bridge_end(bridge);
}

static void error__that_is_null_beside_a_result_is_none(void) {
  llmb_bridge *bridge = daemon_bridge(DAEMON(), NULL);
  llmb_error error;
  check_answer(bridge, "lines {\"jsonrpc\":\"2.0\",\"id\":$,\"error\":null,\"result\":\"ok\"}", "ok");
  CHECK_INT(
      LLMB_E_ENGINE_ERROR,
      ask(bridge, "lines {\"jsonrpc\":\"2.0\",\"id\":$,\"result\":null,\"error\":{\"code\":7,\"message\":\"no\"}}",
          NULL, &error));
  CHECK_CONTAINS("no (7)", error.message);
  CHECK_INT(LLMB_E_PROTOCOL_ERROR, ask(bridge, "lines {\"jsonrpc\":\"2.0\",\"id\":$,\"error\":null}", NULL, &error));
  bridge_end(bridge);
}

static void error__beside_a_result_is_a_breach(void) {
  llmb_bridge *bridge = daemon_bridge(DAEMON(), NULL);
  check_error(bridge,
              "lines {\"jsonrpc\":\"2.0\",\"id\":$,\"result\":\"ok\",\"error\":{\"code\":7,\"message\":\"no\"}}",
              LLMB_E_PROTOCOL_ERROR, "neither a result nor an error");
  bridge_end(bridge);
}

static void result__that_is_named_twice_is_the_last(void) {
  llmb_bridge *bridge = daemon_bridge(DAEMON(), NULL);
  check_answer(bridge, "lines {\"jsonrpc\":\"2.0\",\"id\":$,\"result\":\"first\",\"result\":\"last\"}", "last");
  bridge_end(bridge);
}

static void message__of_kilobytes_is_cut_and_keeps_its_code(void) {
  llmb_error error;
  llmb_bridge *bridge = daemon_bridge(DAEMON(), NULL);
  llmb_free(invoke(bridge, "fail", "{\"size\": 20000}", &error));
  CHECK_INT(LLMB_E_ENGINE_ERROR, error.status);
  CHECK_CONTAINS("the daemon says: ééé", error.message);
  CHECK_CONTAINS("... (-32001)", error.message);
  bridge_end(bridge);
}

static void surrogate_pair__over_two_pieces_is_one_character(void) {
  llmb_bridge *bridge = daemon_bridge(DAEMON(), NULL);
  check_answer(bridge,
               "lines " PIECE("a\\ud83d") PIECE("\\ude00b") PIECE("\\ud83d") PIECE("") PIECE("\\ude01") RESULT(""),
               "a😀b😁");
  check_answer(bridge, "lines " PIECE("\\\\ud83d") PIECE("x") RESULT(""), "\\ud83dx");
  bridge_end(bridge);
}

static void surrogate__that_is_alone_is_output_invalid_and_the_daemon_lives(void) {
  static const char *const prompts[] = {
      "lines " RESULT("a\\ud83d"),          "lines " RESULT("\\ude00"),
      "lines " RESULT("\\ud83dx"),          "lines " PIECE("\\ud83d") RESULT(""),
      "lines " PIECE("\\ude00") RESULT(""), "lines " PIECE("\\ud83d") PIECE("x") RESULT(""),
  };
  llmb_bridge *bridge = daemon_bridge(DAEMON(), NULL);
  const int64_t pid = ask_number(bridge, "pid");
  for (unsigned i = 0; i < sizeof prompts / sizeof prompts[0]; i++) {
    check_error(bridge, prompts[i], LLMB_E_OUTPUT_INVALID, "surrogate");
  }
  CHECK_INT(pid, ask_number(bridge, "pid"));
  bridge_end(bridge);
}

static void brackets__without_end_are_refused_on_both_ways(void) {
  char *deep = malloc(DEEP + 1);
  llmb_error error;
  if (deep == NULL) exit(1);
  memset(deep, '[', DEEP);
  deep[DEEP] = 0;
  llmb_bridge *bridge = daemon_bridge(DAEMON(), NULL);
  llmb_free(invoke(bridge, "same", deep, &error));
  CHECK_INT(LLMB_E_INVALID_ARGUMENT, error.status);
  deep[1000] = 0;
  char prompt[1100];
  snprintf(prompt, sizeof prompt, "lines {\"jsonrpc\":\"2.0\",\"id\":$,\"result\":%s", deep);
  check_error(bridge, prompt, LLMB_E_PROTOCOL_ERROR, "more than 512 levels");
  free(deep);
  bridge_end(bridge);
}

CHECK_MAIN(TEST(breach__is_told_with_the_line), TEST(lines__that_are_blank_are_skipped),
           TEST(framing__by_content_length_is_named), TEST(error__whose_id_is_null_is_shown),
           TEST(error__that_is_null_beside_a_result_is_none), TEST(error__beside_a_result_is_a_breach),
           TEST(result__that_is_named_twice_is_the_last), TEST(message__of_kilobytes_is_cut_and_keeps_its_code),
           TEST(surrogate_pair__over_two_pieces_is_one_character),
           TEST(surrogate__that_is_alone_is_output_invalid_and_the_daemon_lives),
           TEST(brackets__without_end_are_refused_on_both_ways))
