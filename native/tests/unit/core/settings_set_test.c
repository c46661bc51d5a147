#include "tests/check.h"

#include <locale.h>

#include "core/name_nearest.h"
#include "core/settings_set.h"

static llmb_error error;

/* A set for one test; checks what llmb_settings_set says of one value. */
static llmb_settings *settings_new(void) {
  llmb_settings *settings = NULL;
  llmb_error_init(&error);
  CHECK_INT(LLMB_OK, llmb_settings_create(&settings, &error));
  return settings;
}

static llmb_status try_value(const char *name, const char *value) {
  llmb_settings *settings = settings_new();
  llmb_status status = llmb_settings_set(settings, name, value, &error);
  llmb_settings_close(settings);
  return status;
}

static void settings_create__has_every_default(void) {
  llmb_settings *settings = settings_new();
  for (unsigned id = 0; id < SETTING_COUNT; id++) {
    CHECK_INT(SETTING_FROM_DEFAULT, settings->values[id].source);
    CHECK(settings->values[id].text == settings_table[id].default_text);
  }
  CHECK_INT(30000, settings->values[SETTING_TIMEOUT_MS].integer);
  CHECK(settings->values[SETTING_TIMEOUT_MS].number == 30000);
  CHECK(settings->values[SETTING_TOP_P].number == 0.95);
  CHECK_INT(CHOICE_SANDBOX_BEST_EFFORT, settings->values[SETTING_SANDBOX].integer);
  CHECK_INT(ENGINE_LLAMA, settings_engine(settings));
  llmb_settings_close(settings);
  llmb_settings_close(NULL);
}

static void settings_set__stores_each_type(void) {
  llmb_settings *settings = settings_new();
  char model[] = "/models/a b.gguf";
  CHECK_INT(LLMB_OK, llmb_settings_set(settings, "model", model, &error));
  model[0] = 'x'; /* the set has a copy */
  CHECK_TEXT("/models/a b.gguf", settings->values[SETTING_MODEL].text);
  CHECK_INT(LLMB_OK, llmb_settings_set(settings, "slots", "08", &error));
  CHECK_INT(8, settings->values[SETTING_SLOTS].integer);
  CHECK_INT(LLMB_OK, llmb_settings_set(settings, "temperature", "0.75", &error));
  CHECK(settings->values[SETTING_TEMPERATURE].number == 0.75);
  CHECK_INT(LLMB_OK, llmb_settings_set(settings, "log", "info", &error));
  CHECK_INT(CHOICE_LOG_INFO, settings->values[SETTING_LOG].integer);
  CHECK_INT(SETTING_EXPLICIT, settings->values[SETTING_LOG].source);
  CHECK_INT(LLMB_OK, llmb_settings_set(settings, "log", "debug", &error));
  CHECK_TEXT("debug", settings->values[SETTING_LOG].text);
  llmb_settings_close(settings);
}

static void settings_set__keeps_the_old_value_when_it_refuses(void) {
  llmb_settings *settings = settings_new();
  CHECK_INT(LLMB_OK, llmb_settings_set(settings, "slots", "8", &error));
  CHECK_INT(LLMB_E_INVALID_ARGUMENT, llmb_settings_set(settings, "slots", "900", &error));
  CHECK_TEXT("slots: \"900\" is out of range, allowed is 1 to 64", error.message);
  CHECK_INT(LLMB_PHASE_CONFIGURE, error.phase);
  CHECK_INT(LLMB_E_INVALID_ARGUMENT, error.status);
  CHECK_INT(8, settings->values[SETTING_SLOTS].integer);
  CHECK_TEXT("8", settings->values[SETTING_SLOTS].text);
  llmb_settings_close(settings);
}

static void settings_set__takes_both_bounds_and_refuses_what_lies_beyond(void) {
  for (unsigned id = 0; id < SETTING_COUNT; id++) {
    const struct setting *setting = &settings_table[id];
    if (setting->type < SETTING_INTEGER) continue;
    const double bounds[] = {setting->minimum, setting->maximum};
    for (int i = 0; i < 2; i++) {
      char text[64];
      double step = setting->type == SETTING_INTEGER ? 1 : 0.001;
      snprintf(text, sizeof text, "%.12g", bounds[i]);
      CHECK_INT(LLMB_OK, try_value(setting->name, text));
      snprintf(text, sizeof text, "%.12g", bounds[i] + (i == 0 ? -step : step));
      CHECK_INT(LLMB_E_INVALID_ARGUMENT, try_value(setting->name, text));
      CHECK_CONTAINS(setting->name, error.message);
      CHECK_CONTAINS(text, error.message);
      CHECK_CONTAINS("is out of range, allowed is ", error.message);
    }
    CHECK_INT(LLMB_E_INVALID_ARGUMENT, try_value(setting->name, "99999999999999999999999999999999"));
    CHECK_CONTAINS("is out of range", error.message);
  }
}

static void settings_set__refuses_malformed_numbers_of_every_setting(void) {
  const char *const wrong[] = {"", " ", "x", "1x", "0x10", "1,5", "nan", "inf", "-", "1 ", "\xD9\xA1"};
  for (unsigned id = 0; id < SETTING_COUNT; id++) {
    if (settings_table[id].type < SETTING_INTEGER) continue;
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
      CHECK_INT(LLMB_E_INVALID_ARGUMENT, try_value(settings_table[id].name, wrong[i]));
      CHECK_CONTAINS(settings_table[id].name, error.message);
      CHECK_CONTAINS("allowed is ", error.message);
    }
  }
  CHECK_INT(LLMB_E_INVALID_ARGUMENT, try_value("slots", "1.0"));
  CHECK_TEXT("slots: \"1.0\" is not a whole number, allowed is 1 to 64", error.message);
  CHECK_INT(LLMB_E_INVALID_ARGUMENT, try_value("top_p", "much"));
  CHECK_TEXT("top_p: \"much\" is not a number, allowed is 0 to 1", error.message);
}

static void settings_set__refuses_other_choices_and_names_the_allowed(void) {
  for (unsigned id = 0; id < SETTING_COUNT; id++) {
    if (settings_table[id].type != SETTING_CHOICE) continue;
    CHECK_INT(LLMB_E_INVALID_ARGUMENT, try_value(settings_table[id].name, "neither"));
    CHECK_CONTAINS(settings_table[id].name, error.message);
    CHECK_CONTAINS("\"neither\"", error.message);
    CHECK_INT(LLMB_E_INVALID_ARGUMENT, try_value(settings_table[id].name, ""));
    CHECK_INT(LLMB_E_INVALID_ARGUMENT, try_value(settings_table[id].name, settings_table[id].help));
  }
  CHECK_INT(LLMB_E_INVALID_ARGUMENT, try_value("log", "Debug"));
  CHECK_TEXT("log: \"Debug\" is not known, allowed is off, error, info, debug", error.message);
}

static void settings_set__names_the_nearest_to_an_unknown_name(void) {
  CHECK_INT(LLMB_E_INVALID_ARGUMENT, try_value("slotz", "4"));
  CHECK_TEXT("unknown setting \"slotz\"; did you mean \"slots\"?", error.message);
  const char *const typos[][2] = {{"temprature", "temperature"},  {"maxtokens", "max_tokens"}, {"Model", "model"},
                                  {"timeout", "timeout_ms"},      {"top-k", "top_k"},          {"egnine", "engine"},
                                  {"output_byte", "output_bytes"}};
  for (size_t i = 0; i < sizeof typos / sizeof typos[0]; i++) {
    CHECK_TEXT(typos[i][1], setting_name_nearest(typos[i][0]));
  }
  char longest[3000];
  memset(longest, 'q', sizeof longest);
  longest[sizeof longest - 1] = '\0';
  CHECK_INT(LLMB_E_INVALID_ARGUMENT, try_value(longest, "4"));
  CHECK_CONTAINS("did you mean", error.message);
  CHECK_INT(LLMB_E_INVALID_ARGUMENT, try_value("", "4"));
}

static void name_distance__counts_edits_and_swaps(void) {
  CHECK_INT(0, name_distance("", ""));
  CHECK_INT(3, name_distance("", "abc"));
  CHECK_INT(3, name_distance("abc", ""));
  CHECK_INT(1, name_distance("abc", "abd"));
  CHECK_INT(1, name_distance("abc", "ab"));
  CHECK_INT(1, name_distance("abc", "acb"));
  CHECK_INT(0, name_distance("ABC", "abc"));
  CHECK_INT(3, name_distance("kitten", "sitting"));
}

static void settings_set__escapes_and_cuts_values_in_messages(void) {
  char longest[500];
  CHECK_INT(LLMB_E_INVALID_ARGUMENT, try_value("slots", "1\n\x1b[31m"));
  CHECK_CONTAINS("slots: \"1\\n\\x1b[31m\" is not a whole number", error.message);
  memset(longest, '7', sizeof longest);
  longest[sizeof longest - 1] = '\0';
  CHECK_INT(LLMB_E_INVALID_ARGUMENT, try_value("slots", longest));
  CHECK_CONTAINS("777\"... is out of range, allowed is 1 to 64", error.message);
}

static void settings_set__refuses_text_that_is_not_utf8_or_empty(void) {
  CHECK_INT(LLMB_E_INVALID_ARGUMENT, try_value("model", "a\xFF"));
  CHECK_TEXT("model: \"a\\xff\" is not valid UTF-8", error.message);
  CHECK_INT(LLMB_E_INVALID_ARGUMENT, try_value("model", "a\xC3"));
  CHECK_INT(LLMB_E_INVALID_ARGUMENT, try_value("model", ""));
  CHECK_CONTAINS("model: \"\" is empty", error.message);
  CHECK_INT(LLMB_OK, try_value("system", ""));
  CHECK_INT(LLMB_OK, try_value("model", "\xC3\xA4"));
}

/* `depth` brackets and as many that close them, in memory of the caller's. */
static char *brackets(size_t depth, bool closed) {
  char *text = malloc(2 * depth + 1);
  if (text == NULL) abort();
  memset(text, '[', depth);
  memset(text + depth, ']', depth);
  text[closed ? 2 * depth : depth] = '\0';
  return text;
}

static void settings_set__refuses_json_that_is_too_deep(void) {
  static const char *const names[] = {"messages", "stop"};
  for (unsigned i = 0; i < 4; i++) {
    char *text = brackets(100000, i % 2 == 0);
    CHECK_INT(LLMB_E_INVALID_ARGUMENT, try_value(names[i / 2], text));
    CHECK_CONTAINS("has more than 512 levels of brackets inside each other", error.message);
    CHECK_CONTAINS(names[i / 2], error.message);
    free(text);
  }
  char *text = brackets(512, true);
  CHECK_INT(LLMB_OK, try_value("messages", text));
  free(text);
  CHECK_INT(LLMB_OK, try_value("messages", "[{\"content\":\"\\\"[[[[[\"}]"));
}

static void settings_set__refuses_messages_without_one(void) {
  CHECK_INT(LLMB_E_INVALID_ARGUMENT, try_value("messages", "[]"));
  CHECK_INT(LLMB_E_INVALID_ARGUMENT, try_value("messages", " [ \n] "));
  CHECK_CONTAINS("has no message in it", error.message);
}

static void settings_set__takes_a_stop_string_that_begins_like_an_array(void) {
  static const char *const good[] = {"[END]", "[", "[\"a\"", "[\"a\"]", "[]", "[\"\\ud83d\\ude42\"]", "{\"a\":1}"};
  static const char *const bad[] = {
      "[\"a\",5]", "[[\"a\"]]", "[null]", "[\"a\\u0000b\"]", "[\"\\ud83d\"]", "[\"\\ude42x\"]", "[\"\\ud83d\\u0041\"]"};
  for (unsigned i = 0; i < sizeof good / sizeof good[0]; i++) CHECK_INT(LLMB_OK, try_value("stop", good[i]));
  for (unsigned i = 0; i < sizeof bad / sizeof bad[0]; i++)
    CHECK_INT(LLMB_E_INVALID_ARGUMENT, try_value("stop", bad[i]));
}

static void settings_set__refuses_a_text_that_is_too_long(void) {
  char *text = malloc((size_t)SETTING_TEXT_SIZE_MAX + 2);
  memset(text, 'x', (size_t)SETTING_TEXT_SIZE_MAX + 1);
  text[SETTING_TEXT_SIZE_MAX] = '\0';
  CHECK_INT(LLMB_OK, try_value("messages", text));
  text[SETTING_TEXT_SIZE_MAX] = 'x';
  text[SETTING_TEXT_SIZE_MAX + 1] = '\0';
  CHECK_INT(LLMB_E_INVALID_ARGUMENT, try_value("messages", text));
  CHECK_CONTAINS("messages: the value is too long, allowed is 8388608 bytes", error.message);
  free(text);
}

static void settings_set__refuses_null(void) {
  llmb_settings *settings = settings_new();
  CHECK_INT(LLMB_E_INVALID_ARGUMENT, llmb_settings_set(NULL, "slots", "1", &error));
  CHECK_INT(LLMB_E_INVALID_ARGUMENT, llmb_settings_set(settings, NULL, "1", &error));
  CHECK_INT(LLMB_E_INVALID_ARGUMENT, llmb_settings_set(settings, "slots", NULL, &error));
  CHECK_TEXT("slots: no value was given", error.message);
  CHECK_INT(LLMB_E_INVALID_ARGUMENT, llmb_settings_set(settings, "slots", "x", NULL));
  CHECK_INT(LLMB_E_INVALID_ARGUMENT, llmb_settings_create(NULL, &error));
  llmb_settings_close(settings);
}

/* Chooses a locale with a decimal comma: one of the machine's, or one made on the spot. */
static bool comma_locale_set(void) {
  const char *const names[] = {"de_DE.UTF-8", "de_DE.utf8", "fr_FR.UTF-8", "fr_FR.utf8", "de_DE", "fr_FR"};
  for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
    if (setlocale(LC_ALL, names[i]) != NULL) return true;
  }
  char folder[] = "/tmp/llmbridge-locale-XXXXXX", command[200];
  if (mkdtemp(folder) == NULL) return false;
  snprintf(command, sizeof command, "localedef -i de_DE -f UTF-8 %s/de_DE.UTF-8 >%s/log 2>&1", folder, folder);
  bool is_made = system(command) == 0;
  setenv("LOCPATH", folder, 1);
  bool is_set = is_made && setlocale(LC_ALL, "de_DE.UTF-8") != NULL;
  unsetenv("LOCPATH");
  snprintf(command, sizeof command, "rm -r %s", folder);
  return system(command) == 0 && is_set;
}

static void numbers__do_not_change_with_the_hosts_locale(void) {
  char formatted[16];
  if (!comma_locale_set()) {
    printf("skip %s: no locale with a decimal comma here\n", check_name);
    return;
  }
  snprintf(formatted, sizeof formatted, "%.1f", 0.5);
  CHECK_TEXT("0,5", formatted);
  llmb_settings *settings = settings_new();
  CHECK_INT(LLMB_OK, llmb_settings_set(settings, "temperature", "0.5", &error));
  CHECK(settings->values[SETTING_TEMPERATURE].number == 0.5);
  CHECK_INT(LLMB_E_INVALID_ARGUMENT, llmb_settings_set(settings, "temperature", "0,5", &error));
  CHECK_INT(LLMB_E_INVALID_ARGUMENT, llmb_settings_set(settings, "repeat_penalty", "0", &error));
  CHECK_TEXT("repeat_penalty: \"0\" is out of range, allowed is 0.01 to 100", error.message);
  char *json;
  error.elapsed_ms = 812.4;
  CHECK_INT(LLMB_OK, llmb_error_to_json(&error, &json));
  CHECK_CONTAINS("\"elapsed_ms\":812.4,", json);
  llmb_free(json);
  llmb_settings_close(settings);
  setlocale(LC_ALL, "C");
}

CHECK_MAIN(TEST(settings_create__has_every_default), TEST(settings_set__stores_each_type),
           TEST(settings_set__keeps_the_old_value_when_it_refuses),
           TEST(settings_set__takes_both_bounds_and_refuses_what_lies_beyond),
           TEST(settings_set__refuses_malformed_numbers_of_every_setting),
           TEST(settings_set__refuses_other_choices_and_names_the_allowed),
           TEST(settings_set__names_the_nearest_to_an_unknown_name), TEST(name_distance__counts_edits_and_swaps),
           TEST(settings_set__escapes_and_cuts_values_in_messages), TEST(settings_set__refuses_json_that_is_too_deep),
           TEST(settings_set__refuses_messages_without_one),
           TEST(settings_set__takes_a_stop_string_that_begins_like_an_array),
           TEST(settings_set__refuses_text_that_is_not_utf8_or_empty),
           TEST(settings_set__refuses_a_text_that_is_too_long), TEST(settings_set__refuses_null),
           TEST(numbers__do_not_change_with_the_hosts_locale))
