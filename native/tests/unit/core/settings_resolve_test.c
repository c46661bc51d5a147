#include "tests/check.h"

#include "core/settings_resolve.h"
#include "core/settings_set.h"

static llmb_error error;
static llmb_settings out;

/* Forgets what the tests, or whoever runs them, put into the environment. */
static void environment_clear(void) {
  static const char prefix[] = "LLMBRIDGE_";
  for (char **variable = environ; *variable != NULL;) {
    char name[256];
    if (strncmp(*variable, prefix, sizeof prefix - 1) != 0) {
      variable++;
      continue;
    }
    snprintf(name, sizeof name, "%.*s", (int)strcspn(*variable, "="), *variable);
    unsetenv(name);
    variable = environ;
  }
}

/* Makes a set of name, value, name, value ... NULL. */
static llmb_settings *settings_of(const char *const *pairs) {
  llmb_settings *settings = NULL;
  llmb_error_init(&error);
  CHECK_INT(LLMB_OK, llmb_settings_create(&settings, &error));
  for (; *pairs != NULL; pairs += 2) CHECK_INT(LLMB_OK, llmb_settings_set(settings, pairs[0], pairs[1], &error));
  return settings;
}
#define SETTINGS(...) settings_of((const char *const[]){__VA_ARGS__, NULL})

/* Resolves a bridge; `given` is closed, and out is to be cleared when this succeeds. */
static llmb_status resolve(llmb_settings *given) {
  llmb_error_init(&error);
  llmb_status status = settings_resolve_bridge(given, &out, &error);
  llmb_settings_close(given);
  if (status != LLMB_OK) settings_clear(&out);
  CHECK_INT(status, error.status);
  return status;
}

static void resolve_bridge__gives_defaults_when_nothing_is_set(void) {
  environment_clear();
  CHECK_INT(LLMB_OK, resolve(NULL));
  for (unsigned id = 0; id < SETTING_COUNT; id++) CHECK_INT(SETTING_FROM_DEFAULT, out.values[id].source);
  CHECK_INT(4, out.values[SETTING_SLOTS].integer);
  settings_clear(&out);
}

static void resolve_bridge__puts_explicit_before_environment_before_default(void) {
  environment_clear();
  setenv("LLMBRIDGE_SLOTS", "5", 1);
  setenv("LLMBRIDGE_QUEUE", "6", 1);
  CHECK_INT(LLMB_OK, resolve(SETTINGS("slots", "7", "temperature", "0.5")));
  CHECK_INT(7, out.values[SETTING_SLOTS].integer);
  CHECK_INT(SETTING_EXPLICIT, out.values[SETTING_SLOTS].source);
  CHECK_INT(6, out.values[SETTING_QUEUE].integer);
  CHECK_INT(SETTING_FROM_ENVIRONMENT, out.values[SETTING_QUEUE].source);
  CHECK_INT(1, out.values[SETTING_WORKERS].integer);
  CHECK_INT(SETTING_FROM_DEFAULT, out.values[SETTING_WORKERS].source);
  CHECK(out.values[SETTING_TEMPERATURE].number == 0.5);
  settings_clear(&out);
}

static void resolve_bridge__reads_every_setting_from_the_environment(void) {
  for (unsigned id = 0; id < SETTING_COUNT; id++) {
    const struct setting *setting = &settings_table[id];
    char name[64] = "LLMBRIDGE_", value[64] = "x";
    for (size_t i = 0; setting->name[i] != '\0'; i++) {
      name[10 + i] = setting->name[i] == '_' ? '_' : (char)(setting->name[i] - 32);
    }
    if (setting->type >= SETTING_INTEGER) snprintf(value, sizeof value, "%.10g", setting->maximum);
    if (setting->type == SETTING_CHOICE)
      snprintf(value, sizeof value, "%.*s", (int)strcspn(setting->choices, "|"), setting->choices);
    environment_clear();
    setenv(name, value, 1);
    bool is_used = setting->engines & ENGINE_LLAMA;
    CHECK_INT(setting->later && is_used ? LLMB_E_UNSUPPORTED : LLMB_OK, resolve(NULL));
    if (setting->later && is_used) continue;
    CHECK_INT(is_used ? SETTING_FROM_ENVIRONMENT : SETTING_FROM_DEFAULT, out.values[id].source);
    if (is_used) CHECK_TEXT(value, out.values[id].text);
    settings_clear(&out);
  }
}

static void resolve_bridge__refuses_an_unknown_variable_with_the_nearest_name(void) {
  environment_clear();
  setenv("LLMBRIDGE_SLOTZ", "5", 1);
  CHECK_INT(LLMB_E_INVALID_ARGUMENT, resolve(NULL));
  CHECK_TEXT("unknown environment variable \"LLMBRIDGE_SLOTZ\"; did you mean \"LLMBRIDGE_SLOTS\"?", error.message);
  const char *const unknown[] = {"LLMBRIDGE_", "LLMBRIDGE_slots", "LLMBRIDGE_SLOT", "LLMBRIDGE_SLOTSS",
                                 "LLMBRIDGE_LIBRARYX"};
  for (size_t i = 0; i < sizeof unknown / sizeof unknown[0]; i++) {
    environment_clear();
    setenv(unknown[i], "1", 1);
    CHECK_INT(LLMB_E_INVALID_ARGUMENT, resolve(NULL));
    CHECK_CONTAINS(unknown[i], error.message);
    CHECK_CONTAINS("did you mean \"LLMBRIDGE_", error.message);
  }
  char longest[1000] = "LLMBRIDGE_";
  memset(longest + 10, 'Q', sizeof longest - 11);
  environment_clear();
  setenv(longest, "1", 1);
  CHECK_INT(LLMB_E_INVALID_ARGUMENT, resolve(NULL));
  unsetenv(longest);
}

static void resolve_bridge__leaves_other_variables_alone(void) {
  environment_clear();
  setenv("LLMBRIDGE_LIBRARY", "/somewhere/libllmbridge.so", 1);
  setenv("LLMBRIDGE_CACHE", "/somewhere", 1);
  setenv("LLMBRIDG_SLOTS", "x", 1);
  setenv("XLLMBRIDGE_SLOTS", "x", 1);
  setenv("LLMBRIDGE_SLOTS", "", 1); /* empty is as good as not there */
  CHECK_INT(LLMB_OK, resolve(NULL));
  CHECK_INT(4, out.values[SETTING_SLOTS].integer);
  settings_clear(&out);
}

static void resolve_bridge__says_that_a_bad_value_came_from_the_environment(void) {
  environment_clear();
  setenv("LLMBRIDGE_SLOTS", "900", 1);
  CHECK_INT(LLMB_E_INVALID_ARGUMENT, resolve(NULL));
  CHECK_TEXT("slots: \"900\" is out of range, allowed is 1 to 64 (from the environment: LLMBRIDGE_SLOTS)",
             error.message);
  CHECK_INT(LLMB_OK, resolve(SETTINGS("slots", "2"))); /* what is overridden does not matter */
  settings_clear(&out);
  environment_clear();
  setenv("LLMBRIDGE_ENGINE", "abacus", 1);
  CHECK_INT(LLMB_E_INVALID_ARGUMENT, resolve(NULL));
  CHECK_CONTAINS("engine: \"abacus\"", error.message);
  environment_clear();
}

static void resolve_bridge__refuses_explicitly_what_the_engine_does_not_use(void) {
  environment_clear();
  CHECK_INT(LLMB_E_UNSUPPORTED, resolve(SETTINGS("engine", "fake", "model", "m.gguf")));
  CHECK_TEXT("model is not used by the engine fake", error.message);
  CHECK_INT(LLMB_E_UNSUPPORTED, resolve(SETTINGS("command", "echo")));
  CHECK_TEXT("command is not used by the engine llama", error.message);
  setenv("LLMBRIDGE_ENGINE", "fake", 1);
  CHECK_INT(LLMB_E_UNSUPPORTED, resolve(SETTINGS("model", "m.gguf")));
  CHECK_INT(LLMB_OK, resolve(SETTINGS("engine", "llama", "model", "m.gguf")));
  settings_clear(&out);
  environment_clear();
}

static void resolve_bridge__ignores_from_the_environment_what_the_engine_does_not_use(void) {
  environment_clear();
  setenv("LLMBRIDGE_MODEL", "m.gguf", 1);
  setenv("LLMBRIDGE_GPU_LAYERS", "not even a number", 1);
  setenv("LLMBRIDGE_COMMAND", "hang", 1);
  CHECK_INT(LLMB_OK, resolve(SETTINGS("engine", "fake")));
  CHECK(out.values[SETTING_MODEL].text == NULL);
  CHECK_INT(SETTING_FROM_DEFAULT, out.values[SETTING_MODEL].source);
  CHECK_TEXT("hang", out.values[SETTING_COMMAND].text);
  CHECK_INT(ENGINE_FAKE, settings_engine(&out));
  settings_clear(&out);
  environment_clear();
}

static void resolve_call__puts_the_calls_before_the_bridges(void) {
  environment_clear();
  setenv("LLMBRIDGE_SEED", "3", 1);
  CHECK_INT(LLMB_OK, resolve(SETTINGS("timeout_ms", "5000", "max_tokens", "9", "model", "m.gguf")));
  llmb_settings *given = SETTINGS("timeout_ms", "100", "stop", "END");
  llmb_settings call;
  CHECK_INT(LLMB_OK, settings_resolve_call(&out, given, &call, &error));
  CHECK_INT(100, call.values[SETTING_TIMEOUT_MS].integer);
  CHECK_TEXT("100", call.values[SETTING_TIMEOUT_MS].text);
  CHECK_TEXT("END", call.values[SETTING_STOP].text);
  CHECK_INT(9, call.values[SETTING_MAX_TOKENS].integer);
  CHECK_INT(SETTING_EXPLICIT, call.values[SETTING_MAX_TOKENS].source);
  CHECK_TEXT("3", call.values[SETTING_SEED].text);
  CHECK_TEXT("m.gguf", call.values[SETTING_MODEL].text);
  CHECK_INT(2000, call.values[SETTING_GRACE_MS].integer);
  CHECK_INT(LLMB_OK, settings_store(&call, SETTING_STOP, "LATER", SETTING_EXPLICIT, &error));
  CHECK_TEXT("LATER", call.values[SETTING_STOP].text);
  settings_clear(&call);
  CHECK_TEXT("END", given->values[SETTING_STOP].text);
  llmb_settings_close(given);
  settings_clear(&out);
  environment_clear();
}

static void resolve_call__refuses_the_bridges_and_the_unused(void) {
  environment_clear();
  llmb_settings call;
  CHECK_INT(LLMB_OK, resolve(SETTINGS("engine", "fake")));
  for (unsigned id = 0; id < SETTING_COUNT; id++) {
    const struct setting *setting = &settings_table[id];
    if (setting->later || (setting->scope & SETTING_OF_CALL)) continue;
    const char *value = setting->type == SETTING_TEXT ? "x" : setting->default_text;
    llmb_settings *given = SETTINGS(setting->name, value != NULL ? value : "16");
    CHECK_INT(LLMB_E_INVALID_ARGUMENT, settings_resolve_call(&out, given, &call, &error));
    CHECK_CONTAINS(setting->name, error.message);
    settings_clear(&call);
    llmb_settings_close(given);
  }
  for (unsigned id = 0; id < SETTING_COUNT; id++) {
    const struct setting *setting = &settings_table[id];
    if (setting->later || !(setting->scope & SETTING_OF_CALL)) continue;
    const char *some = setting->type == SETTING_TEXT ? "x" : "1";
    llmb_settings *given = SETTINGS(setting->name, setting->default_text != NULL ? setting->default_text : some);
    bool is_used = setting->engines & ENGINE_FAKE;
    CHECK_INT(is_used ? LLMB_OK : LLMB_E_UNSUPPORTED, settings_resolve_call(&out, given, &call, &error));
    settings_clear(&call);
    llmb_settings_close(given);
  }
  settings_clear(&out);
}

static void resolve_call__allocates_nothing(void) {
  environment_clear();
  llmb_settings call;
  CHECK_INT(LLMB_OK, resolve(NULL));
  llmb_settings *given = SETTINGS("stop", "END");
  CHECK_INT(LLMB_OK, settings_resolve_call(&out, given, &call, &error));
  CHECK(call.block == NULL);
  CHECK_INT(512, call.values[SETTING_MAX_TOKENS].integer);
  settings_clear(&call);
  settings_clear(&call); /* twice is fine */
  llmb_settings_close(given);
  settings_clear(&out);
}

CHECK_MAIN(TEST(resolve_bridge__gives_defaults_when_nothing_is_set),
           TEST(resolve_bridge__puts_explicit_before_environment_before_default),
           TEST(resolve_bridge__reads_every_setting_from_the_environment),
           TEST(resolve_bridge__refuses_an_unknown_variable_with_the_nearest_name),
           TEST(resolve_bridge__leaves_other_variables_alone),
           TEST(resolve_bridge__says_that_a_bad_value_came_from_the_environment),
           TEST(resolve_bridge__refuses_explicitly_what_the_engine_does_not_use),
           TEST(resolve_bridge__ignores_from_the_environment_what_the_engine_does_not_use),
           TEST(resolve_call__puts_the_calls_before_the_bridges),
           TEST(resolve_call__refuses_the_bridges_and_the_unused), TEST(resolve_call__allocates_nothing))
