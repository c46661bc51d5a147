#include <stdlib.h>

#include "tests/check.h"

#include "core/settings_fallback.h"

static llmb_error error;
static struct fallback_list list;

static llmb_status parse(const char *text) {
  llmb_error_init(&error);
  return fallback_parse(text, "llama", &list, &error);
}

static void fallback_parse__reads_names_in_their_order(void) {
  CHECK_INT(LLMB_OK, parse(NULL));
  CHECK_INT(0, list.count);
  CHECK_INT(LLMB_OK, parse("exec, hash ,fake"));
  CHECK_INT(3, list.count);
  CHECK_TEXT("exec", list.names[0]);
  CHECK_TEXT("hash", list.names[1]);
  CHECK_TEXT("fake", list.names[2]);
}

static void fallback_parse__names_what_is_wrong(void) {
  CHECK_INT(LLMB_E_INVALID_ARGUMENT, parse("abacus"));
  CHECK_CONTAINS("\"abacus\" is no engine", error.message);
  CHECK_INT(LLMB_E_INVALID_ARGUMENT, parse("llama"));
  CHECK_CONTAINS("comes first", error.message);
  CHECK_INT(LLMB_E_INVALID_ARGUMENT, parse("hash,hash"));
  CHECK_CONTAINS("twice", error.message);
  CHECK_INT(LLMB_E_INVALID_ARGUMENT, parse("hash,exec,fake,jsonrpc"));
  CHECK_CONTAINS("too many", error.message);
  CHECK_INT(LLMB_E_INVALID_ARGUMENT, parse("hash,,fake"));
  CHECK_INT(LLMB_E_INVALID_ARGUMENT, parse("a_name_that_is_much_too_long"));
}

static void fallback_bits__takes_what_can_be_read(void) {
  CHECK_INT(0, fallback_bits(NULL));
  CHECK_INT(ENGINE_EXEC | ENGINE_HASH, fallback_bits("exec, hash"));
  CHECK_INT(ENGINE_HASH, fallback_bits("nonsense,hash"));
}

static void put(llmb_settings *settings, const char *name, const char *value) {
  CHECK_INT(LLMB_OK, llmb_settings_set(settings, name, value, NULL));
}

static void fallback_resolve__gives_each_engine_the_settings_it_uses(void) {
  llmb_settings *given = NULL;
  llmb_settings out;
  llmb_error_init(&error);
  CHECK_INT(LLMB_OK, llmb_settings_create(&given, NULL));
  put(given, "engine", "llama");
  put(given, "fallback", "exec,hash");
  put(given, "command", "cat");
  put(given, "context", "64");
  put(given, "isolation", "inproc");
  put(given, "timeout_ms", "5");

  CHECK_INT(LLMB_OK, settings_resolve_bridge(given, &out, &error));
  CHECK_TEXT("", error.message); /* `command` is not the llama engine's, but one's that stands in */
  CHECK_TEXT("llama", out.values[SETTING_ENGINE].text);
  settings_clear(&out);

  CHECK_INT(LLMB_OK, fallback_resolve(given, "exec", &out, &error));
  CHECK_TEXT("exec", out.values[SETTING_ENGINE].text);
  CHECK_TEXT("cat", out.values[SETTING_COMMAND].text);
  CHECK_TEXT("pool", out.values[SETTING_ISOLATION].text);
  CHECK_INT(5, out.values[SETTING_TIMEOUT_MS].integer);
  CHECK(out.values[SETTING_CONTEXT].source == SETTING_FROM_DEFAULT);
  settings_clear(&out);

  CHECK_INT(LLMB_OK, fallback_resolve(given, "hash", &out, &error));
  CHECK_TEXT("inproc", out.values[SETTING_ISOLATION].text);
  CHECK(out.values[SETTING_COMMAND].source == SETTING_FROM_DEFAULT);
  settings_clear(&out);

  put(given, "fallback", "hash");
  CHECK_INT(LLMB_E_UNSUPPORTED, settings_resolve_bridge(given, &out, &error)); /* nobody uses `command` */
  settings_clear(&out);
  llmb_settings_close(given);
}

static void fallback_resolve__reads_the_environment_for_the_engine_that_stands_in(void) {
  llmb_settings out;
  llmb_error_init(&error);
  setenv("LLMBRIDGE_ENGINE", "llama", 1);
  setenv("LLMBRIDGE_COMMAND", "tac", 1);
  CHECK_INT(LLMB_OK, fallback_resolve(NULL, "exec", &out, &error));
  CHECK_TEXT("exec", out.values[SETTING_ENGINE].text);
  CHECK_TEXT("tac", out.values[SETTING_COMMAND].text);
  settings_clear(&out);
  unsetenv("LLMBRIDGE_ENGINE");
  unsetenv("LLMBRIDGE_COMMAND");
}

CHECK_MAIN(TEST(fallback_parse__reads_names_in_their_order), TEST(fallback_parse__names_what_is_wrong),
           TEST(fallback_bits__takes_what_can_be_read), TEST(fallback_resolve__gives_each_engine_the_settings_it_uses),
           TEST(fallback_resolve__reads_the_environment_for_the_engine_that_stands_in))
