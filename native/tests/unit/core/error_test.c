#include "tests/check.h"

#include <errno.h>
#include <stddef.h>

#include "core/error.h"
#include "core/memory_faults.h"
#include "core/text_quote.h"
#include "core/utf8.h"

static int is_utf8(const char *text) {
  uint64_t valid_size;
  return utf8_check((const uint8_t *)text, strlen(text), &valid_size) == UTF8_VALID;
}

static void error_set__returns_the_status_and_clears_other_details(void) {
  llmb_error error;
  llmb_error_init(&error);
  error.attempts = 7;
  error.exit_kind = LLMB_EXIT_SIGNAL;
  strcpy(error.engine_log, "old");
  CHECK_INT(LLMB_E_NOT_FOUND, error_set(&error, LLMB_E_NOT_FOUND, LLMB_PHASE_START, "no %s for %d", "program", 3));
  CHECK_INT(LLMB_E_NOT_FOUND, error.status);
  CHECK_INT(LLMB_PHASE_START, error.phase);
  CHECK_TEXT("no program for 3", error.message);
  CHECK_INT(0, error.attempts);
  CHECK_INT(0, error.exit_kind);
  CHECK_TEXT("", error.engine_log);
  CHECK_INT(sizeof error, error.struct_size);
}

static void error_set__takes_a_missing_error(void) {
  llmb_error unset;
  memset(&unset, 0, sizeof unset);
  CHECK_INT(LLMB_E_FORKED, error_set(NULL, LLMB_E_FORKED, LLMB_PHASE_QUEUE, "x"));
  CHECK_INT(LLMB_E_FORKED, error_set(&unset, LLMB_E_FORKED, LLMB_PHASE_QUEUE, "x"));
  CHECK_INT(0, unset.status);
  unset.struct_size = 0xAAAAAAAA;
  error_set_os(&unset, LLMB_E_FORKED, LLMB_PHASE_QUEUE, ENOENT, "x");
  CHECK_INT(0, unset.status);
}

static void error_set__may_quote_the_very_error_it_fills(void) {
  llmb_error error;
  llmb_error_init(&error);
  error_set(&error, LLMB_E_INTERNAL, LLMB_PHASE_LOAD, "inner");
  error_set(&error, LLMB_E_INTERNAL, LLMB_PHASE_LOAD, "outer: %s", error.message);
  CHECK_TEXT("outer: inner", error.message);
}

static void error_set__is_retry_safe_while_configuring_only(void) {
  llmb_error error;
  llmb_error_init(&error);
  error_set(&error, LLMB_E_INVALID_ARGUMENT, LLMB_PHASE_CONFIGURE, "x");
  CHECK_INT(1, error.retry_safe);
  error_set(&error, LLMB_E_ENGINE_CRASHED, LLMB_PHASE_GENERATE, "x");
  CHECK_INT(0, error.retry_safe);
}

static void error_set_os__appends_the_reason_even_to_a_long_message(void) {
  llmb_error error;
  char longest[2000];
  llmb_error_init(&error);
  error_set_os(&error, LLMB_E_SPAWN_FAILED, LLMB_PHASE_START, ENOENT, "exec of %s", "x");
  CHECK_TEXT("exec of x: No such file or directory", error.message);
  CHECK_INT(ENOENT, error.os_code);
  memset(longest, 'y', sizeof longest);
  longest[sizeof longest - 1] = '\0';
  error_set_os(&error, LLMB_E_SPAWN_FAILED, LLMB_PHASE_START, ENOENT, "%s", longest);
  CHECK_INT(sizeof error.message - 1, strlen(error.message));
  CHECK_CONTAINS("yyy: No such file or directory", error.message);
  error_set_os(&error, LLMB_E_SPAWN_FAILED, LLMB_PHASE_START, 123456, "exec");
  CHECK_TEXT("exec: system error 123456", error.message);
}

static void error_set__cuts_between_characters_wherever_the_limit_falls(void) {
  for (int lead = 0; lead < 8; lead++) {
    char text[2100] = "";
    memset(text, 'a', (size_t)lead);
    for (size_t i = (size_t)lead; i + 4 < sizeof text; i += 4) memcpy(text + i, "\xF0\x9F\x98\x80", 5);
    llmb_error error;
    llmb_error_init(&error);
    error_set(&error, LLMB_E_INTERNAL, LLMB_PHASE_STOP, "%s", text);
    CHECK(is_utf8(error.message));
    CHECK(strchr(error.message, '?') == NULL);
    CHECK(strlen(error.message) > sizeof error.message - 5);
  }
}

static void error_set__never_writes_past_an_older_struct(void) {
  unsigned char room[sizeof(llmb_error) + 16];
  for (uint32_t size = 0; size <= sizeof(llmb_error); size++) {
    memset(room, 0xEE, sizeof room);
    memcpy(room, &size, sizeof size);
    llmb_error *older = (llmb_error *)(void *)room;
    error_set(older, LLMB_E_POISONED, LLMB_PHASE_QUEUE, "%0600d", 5);
    size_t touched_max = size < 4 ? 4 : size;
    for (size_t i = touched_max; i < sizeof room; i++) {
      if (room[i] != 0xEE) CHECK_INT(0xEE, room[i]);
    }
    if (size > offsetof(llmb_error, message) && size < offsetof(llmb_error, engine_log)) CHECK_INT(0, room[size - 1]);
    if (size >= 8) CHECK_INT(LLMB_E_POISONED, older->status);
    uint32_t size_after;
    memcpy(&size_after, room, sizeof size_after);
    CHECK_INT(size, size_after);
  }
}

static void error_set__leaves_what_a_newer_struct_has_more(void) {
  struct {
    llmb_error error;
    uint32_t newer;
  } given;
  memset(&given, 0, sizeof given);
  given.error.struct_size = sizeof given;
  given.newer = 77;
  error_set(&given.error, LLMB_E_POISONED, LLMB_PHASE_QUEUE, "x");
  CHECK_INT(77, given.newer);
  CHECK_INT(sizeof given, given.error.struct_size);
  CHECK_TEXT("x", given.error.message);
}

static void error_copy__copies_all_and_takes_null(void) {
  llmb_error source, target;
  llmb_error_init(&source);
  llmb_error_init(&target);
  error_set(&source, LLMB_E_ENGINE_HUNG, LLMB_PHASE_EMBED, "m");
  strcpy(source.engine_log, "log");
  error_copy(&target, &source);
  error_copy(NULL, &source);
  CHECK(memcmp(&source, &target, sizeof source) == 0);
}

static void error_copy_text__cleans_and_cuts(void) {
  char field[8];
  const struct {
    const char *text;
    uint64_t size;
    int keep_end;
    const char *expected;
  } cases[] = {{"", 0, 0, ""},
               {"abc", 3, 0, "abc"},
               {"abcdefghij", 10, 0, "abcdefg"},
               {"abcdefghij", 10, 1, "defghij"},
               {"a\0b\x1b[\r", 6, 0, "a?b?[?"},
               {"a\nb\tc\x7f", 6, 0, "a\nb\tc?"},
               {"a\xC2\x9B b", 5, 0, "a? b"},
               {"\xFF\xC3\xA4", 3, 0, "?\xC3\xA4"},
               {"abcdef\xC3\xA4", 8, 0, "abcdef"},
               {"\xC3\xA4"
                "bcdefg",
                8, 1, "bcdefg"},
               {"\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80", 10, 1, "????"},
               {"\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80", 10, 0, "????"}};
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    memset(field, 'x', sizeof field);
    error_copy_text(field, sizeof field, cases[i].text, cases[i].size, cases[i].keep_end);
    CHECK_TEXT(cases[i].expected, field);
  }
  field[0] = 'x';
  error_copy_text(field, 1, "abc", 3, 1);
  CHECK_TEXT("", field);
}

static void error_copy_text__gives_clean_utf8_for_random_bytes(void) {
  unsigned random = 12345;
  for (int round = 0; round < 3000; round++) {
    char text[64], field[24];
    for (size_t i = 0; i < sizeof text; i++) {
      random = random * 1103515245u + 12345u;
      static const unsigned char common[] = {0x80, 0xC2, 0x9B, 0xE2, 0x82, 0xAC, 0xF0, 0x9F, 'a', 0xED, 0xA0, 0};
      text[i] = (char)common[(random >> 16) % sizeof common];
    }
    error_copy_text(field, sizeof field, text, (uint64_t)(round % 64), round & 1);
    CHECK(is_utf8(field));
    CHECK(strstr(field, "\xC2\x9B") == NULL);
  }
}

static void error_to_json__is_the_contracts_object(void) {
  llmb_error error;
  char *json;
  llmb_error_init(&error);
  error_set(&error, LLMB_E_ENGINE_CRASHED, LLMB_PHASE_GENERATE, "died \"badly\"");
  strcpy(error.engine, "llama");
  strcpy(error.engine_log, "one\ntwo");
  error.exit_kind = LLMB_EXIT_SIGNAL;
  error.exit_value = 11;
  error.retry_safe = 1;
  error.attempts = 2;
  error.elapsed_ms = 812.4;
  CHECK_INT(LLMB_OK, llmb_error_to_json(&error, &json));
  CHECK_TEXT(
      "{\"code\":\"engine_crashed\",\"status\":7,\"message\":\"died \\\"badly\\\"\",\"phase\":\"generate\","
      "\"engine\":\"llama\",\"os_code\":0,\"exit\":{\"kind\":\"signal\",\"value\":11},\"retry_safe\":true,"
      "\"attempts\":2,\"elapsed_ms\":812.4,\"engine_log\":\"one\\ntwo\"}",
      json);
  llmb_free(json);
}

static void error_to_json__writes_null_without_an_exit(void) {
  llmb_error error;
  char *json;
  llmb_error_init(&error);
  error_set_os(&error, LLMB_E_NOT_FOUND, LLMB_PHASE_CONFIGURE, ENOENT, "x");
  CHECK_INT(LLMB_OK, llmb_error_to_json(&error, &json));
  CHECK_TEXT(
      "{\"code\":\"not_found\",\"status\":2,\"message\":\"x: No such file or directory\",\"phase\":\"configure\","
      "\"engine\":\"\",\"os_code\":2,\"exit\":null,\"retry_safe\":true,\"attempts\":0,\"elapsed_ms\":0.0,"
      "\"engine_log\":\"\"}",
      json);
  llmb_free(json);
  error.exit_kind = LLMB_EXIT_CODE;
  CHECK_INT(LLMB_OK, llmb_error_to_json(&error, &json));
  CHECK_CONTAINS("\"exit\":{\"kind\":\"exit\",\"value\":0}", json);
  llmb_free(json);
  error.exit_kind = LLMB_EXIT_UNKNOWN;
  CHECK_INT(LLMB_OK, llmb_error_to_json(&error, &json));
  CHECK_CONTAINS("\"exit\":{\"kind\":\"unknown\",\"value\":0}", json);
  llmb_free(json);
}

static void error_to_json__reads_an_older_struct_no_further_than_it_goes(void) {
  llmb_error whole;
  char *json;
  llmb_error_init(&whole);
  error_set(&whole, LLMB_E_POISONED, LLMB_PHASE_QUEUE, "message");
  uint32_t size = offsetof(llmb_error, message) + 4;
  llmb_error *older = malloc(size); /* a sanitizer sees reads past it */
  whole.struct_size = size;
  memcpy(older, &whole, size);
  CHECK_INT(LLMB_OK, llmb_error_to_json(older, &json));
  CHECK_CONTAINS("\"message\":\"mess\"", json);
  llmb_free(json);
  free(older);
}

static void error_to_json__refuses_null(void) {
  llmb_error error;
  char *json = (char *)&error;
  llmb_error_init(&error);
  CHECK_INT(LLMB_E_INVALID_ARGUMENT, llmb_error_to_json(NULL, &json));
  CHECK(json == NULL);
  CHECK_INT(LLMB_E_INVALID_ARGUMENT, llmb_error_to_json(&error, NULL));
}

static void error_to_json__reports_missing_memory(void) {
  llmb_error error;
  char *json;
  llmb_error_init(&error);
  memset(error.engine_log, 'x', sizeof error.engine_log - 1);
  int64_t before = memory_blocks_live();
  for (uint64_t nth = 1;; nth++) {
    memory_fail_after(nth, false);
    llmb_status status = llmb_error_to_json(&error, &json);
    if (!memory_fault_happened()) {
      CHECK_INT(LLMB_OK, status);
      CHECK(nth > 1);
      break;
    }
    CHECK_INT(LLMB_E_OUT_OF_MEMORY, status);
    CHECK(json == NULL);
  }
  memory_fail_after(0, false);
  llmb_free(json);
  CHECK_INT(before, memory_blocks_live());
}

static void text_quote__escapes_and_cuts(void) {
  char quoted[TEXT_QUOTE_CAPACITY], longest[200];
  CHECK_TEXT("no value", text_quote(quoted, NULL));
  CHECK_TEXT("\"900\"", text_quote(quoted, "900"));
  CHECK_TEXT("\"a\\nb\\x1b\\\"\\xff\xC3\xA4\"", text_quote(quoted, "a\nb\x1b\"\xff\xC3\xA4"));
  memset(longest, 'a', sizeof longest);
  longest[sizeof longest - 1] = '\0';
  CHECK_INT(TEXT_QUOTE_SHOWN_MAX + 5, strlen(text_quote(quoted, longest)));
  memcpy(longest + TEXT_QUOTE_SHOWN_MAX - 1, "\xC3\xA4", 2);
  text_quote(quoted, longest);
  CHECK_INT(TEXT_QUOTE_SHOWN_MAX - 1 + 5, strlen(quoted));
  CHECK_CONTAINS("aaa\"...", quoted);
  memset(longest, 0x1b, sizeof longest);
  longest[sizeof longest - 1] = '\0';
  CHECK_INT(TEXT_QUOTE_CAPACITY - 1, strlen(text_quote(quoted, longest)));
}

CHECK_MAIN(TEST(error_set__returns_the_status_and_clears_other_details), TEST(error_set__takes_a_missing_error),
           TEST(error_set__may_quote_the_very_error_it_fills), TEST(error_set__is_retry_safe_while_configuring_only),
           TEST(error_set_os__appends_the_reason_even_to_a_long_message),
           TEST(error_set__cuts_between_characters_wherever_the_limit_falls),
           TEST(error_set__never_writes_past_an_older_struct), TEST(error_set__leaves_what_a_newer_struct_has_more),
           TEST(error_copy__copies_all_and_takes_null), TEST(error_copy_text__cleans_and_cuts),
           TEST(error_copy_text__gives_clean_utf8_for_random_bytes), TEST(error_to_json__is_the_contracts_object),
           TEST(error_to_json__writes_null_without_an_exit),
           TEST(error_to_json__reads_an_older_struct_no_further_than_it_goes), TEST(error_to_json__refuses_null),
           TEST(error_to_json__reports_missing_memory), TEST(text_quote__escapes_and_cuts))
