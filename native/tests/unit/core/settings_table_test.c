#include "tests/check.h"

#include <pthread.h>

#include <llmbridge/settings.h>

#include "core/settings_parse.h"
#include "core/settings_table.h"
#include "tests/unit/core/json_expect.h"

static void table__names_every_setting_once(void) {
  for (unsigned id = 0; id < SETTING_COUNT; id++) {
    const char *name = settings_table[id].name;
    CHECK(name != NULL);
    CHECK_INT(strlen(name), strspn(name, "abcdefghijklmnopqrstuvwxyz_"));
    CHECK_INT(id, settings_find(name));
  }
  CHECK_INT(SETTING_COUNT, settings_find(""));
  CHECK_INT(SETTING_COUNT, settings_find("slot"));
  CHECK_INT(SETTING_COUNT, settings_find("slotss"));
}

static void table__has_help_scope_and_engines_for_every_setting(void) {
  for (unsigned id = 0; id < SETTING_COUNT; id++) {
    const struct setting *setting = &settings_table[id];
    check_name = setting->name;
    CHECK(setting->help != NULL && strlen(setting->help) > 10 && strchr(setting->help, '\n') == NULL);
    CHECK(setting->scope >= SETTING_OF_BRIDGE && setting->scope <= (SETTING_OF_BRIDGE | SETTING_OF_CALL));
    CHECK(setting->engines != 0);
    CHECK((setting->type == SETTING_CHOICE) == (setting->choices != NULL));
    CHECK((setting->type >= SETTING_INTEGER) == (setting->maximum > setting->minimum));
  }
}

static void table__has_the_contracts_defaults(void) {
  const struct {
    enum setting_id id;
    const char *text;
  } defaults[] = {{SETTING_ENGINE, "llama"},
                  {SETTING_ISOLATION, "pool"},
                  {SETTING_TIMEOUT_MS, "30000"},
                  {SETTING_QUEUE_TIMEOUT_MS, "0"},
                  {SETTING_FIRST_TOKEN_TIMEOUT_MS, "0"},
                  {SETTING_STALL_TIMEOUT_MS, "15000"},
                  {SETTING_START_TIMEOUT_MS, "300000"},
                  {SETTING_GRACE_MS, "2000"},
                  {SETTING_IDLE_MS, "300000"},
                  {SETTING_WORKERS, "1"},
                  {SETTING_SLOTS, "4"},
                  {SETTING_QUEUE, "64"},
                  {SETTING_GPU_LAYERS, "0"},
                  {SETTING_MAX_TOKENS, "512"},
                  {SETTING_TEMPERATURE, "0"},
                  {SETTING_SEED, "0"},
                  {SETTING_RETRIES, "1"},
                  {SETTING_OUTPUT_BYTES, "16777216"},
                  {SETTING_SANDBOX, "best_effort"},
                  {SETTING_LOG, "off"}};
  for (size_t i = 0; i < sizeof defaults / sizeof defaults[0]; i++) {
    CHECK_TEXT(defaults[i].text, settings_table[defaults[i].id].default_text);
  }
  CHECK(settings_table[SETTING_CONTEXT].default_text == NULL);
  CHECK(settings_table[SETTING_THREADS].default_text == NULL);
}

static void table__has_defaults_its_own_parser_accepts(void) {
  for (unsigned id = 0; id < SETTING_COUNT; id++) {
    struct setting_value value = {0};
    const char *text = settings_table[id].default_text;
    if (text == NULL) continue;
    check_name = settings_table[id].name;
    CHECK_INT(LLMB_OK, setting_parse((enum setting_id)id, text, &value, NULL));
    CHECK(value.text == text);
  }
}

static void table__has_its_choices_in_the_order_of_the_enums(void) {
  const struct {
    enum setting_id id;
    int place;
    const char *choice;
  } choices[] = {{SETTING_ENGINE, CHOICE_ENGINE_LLAMA, "llama"},
                 {SETTING_ENGINE, CHOICE_ENGINE_FAKE, "fake"},
                 {SETTING_ISOLATION, CHOICE_ISOLATION_POOL, "pool"},
                 {SETTING_BATCHING, CHOICE_ON, "on"},
                 {SETTING_BATCHING, CHOICE_OFF, "off"},
                 {SETTING_SANDBOX, CHOICE_SANDBOX_OFF, "off"},
                 {SETTING_SANDBOX, CHOICE_SANDBOX_BEST_EFFORT, "best_effort"},
                 {SETTING_SANDBOX, CHOICE_SANDBOX_REQUIRED, "required"},
                 {SETTING_LOG, CHOICE_LOG_OFF, "off"},
                 {SETTING_LOG, CHOICE_LOG_ERROR, "error"},
                 {SETTING_LOG, CHOICE_LOG_INFO, "info"},
                 {SETTING_LOG, CHOICE_LOG_DEBUG, "debug"},
                 {SETTING_PROMPT_FORMAT, CHOICE_FORMAT_AUTO, "auto"},
                 {SETTING_PROMPT_FORMAT, CHOICE_FORMAT_CHAT, "chat"},
                 {SETTING_PROMPT_FORMAT, CHOICE_FORMAT_RAW, "raw"},
                 {SETTING_EXPECT, CHOICE_EXPECT_TEXT, "text"},
                 {SETTING_EXPECT, CHOICE_EXPECT_JSON, "json"},
                 {SETTING_POOLING, CHOICE_POOLING_AUTO, "auto"},
                 {SETTING_POOLING, CHOICE_POOLING_MEAN, "mean"},
                 {SETTING_POOLING, CHOICE_POOLING_CLS, "cls"},
                 {SETTING_POOLING, CHOICE_POOLING_LAST, "last"},
                 {SETTING_NORMALIZE, CHOICE_NORMALIZE_AUTO, "auto"},
                 {SETTING_NORMALIZE, CHOICE_NORMALIZE_L2, "l2"},
                 {SETTING_NORMALIZE, CHOICE_NORMALIZE_NONE, "none"}};
  for (size_t i = 0; i < sizeof choices / sizeof choices[0]; i++) {
    CHECK_INT(choices[i].place, choice_find(settings_table[choices[i].id].choices, choices[i].choice));
  }
  CHECK_INT(-1, choice_find("on|off", "o"));
  CHECK_INT(-1, choice_find("on|off", "on|off"));
  CHECK_INT(-1, choice_find("on|off", ""));
  CHECK_INT(-1, choice_find(NULL, "on"));
}

static void table__knows_every_engine_that_can_be_chosen(void) {
  char choices[CHOICES_TEXT_CAPACITY];
  choices_write(choices, settings_table[SETTING_ENGINE].choices);
  for (char *state, *name = strtok_r(choices, ", ", &state); name != NULL; name = strtok_r(NULL, ", ", &state)) {
    CHECK(settings_engine_bit(name) != 0);
  }
  CHECK_INT(ENGINE_JSONRPC, settings_engine_bit("jsonrpc"));
  CHECK_INT(0, settings_engine_bit("other"));
  CHECK_INT(0, settings_engine_bit(NULL));
}

static void settings_json__is_json_and_holds_the_whole_table(void) {
  const char *json = llmb_settings_json();
  CHECK(json_is_whole(json));
  CHECK(strncmp(json, "{\"settings\":[{", 14) == 0);
  for (unsigned id = 0; id < SETTING_COUNT; id++) {
    char part[64];
    snprintf(part, sizeof part, "{\"name\":\"%s\",", settings_table[id].name);
    CHECK_CONTAINS(part, json);
    CHECK_CONTAINS(settings_table[id].help, json);
  }
  CHECK_CONTAINS(
      "{\"name\":\"engine\",\"scope\":[\"bridge\"],\"type\":\"choice\",\"default\":\"llama\",\"minimum\":null,"
      "\"maximum\":null,\"auto\":false,\"choices\":[\"llama\",\"fake\",",
      json);
  CHECK_CONTAINS(
      "\"name\":\"timeout_ms\",\"scope\":[\"bridge\",\"call\"],\"type\":\"integer\",\"default\":\"30000\","
      "\"minimum\":1,\"maximum\":86400000,",
      json);
  CHECK_CONTAINS(
      "\"name\":\"repeat_penalty\",\"scope\":[\"call\"],\"type\":\"number\",\"default\":\"1\","
      "\"minimum\":0.01,\"maximum\":100.00,",
      json);
  CHECK_CONTAINS("\"name\":\"context\",\"scope\":[\"bridge\"],\"type\":\"integer\",\"default\":null,", json);
  const char *memory = strstr(json, "\"name\":\"memory_mb\"");
  CHECK(memory != NULL && strstr(memory, "\"maximum\":16777216,\"auto\":true,") != NULL);
}

static void *json_get(void *unused) {
  return unused == NULL ? (void *)(uintptr_t)llmb_settings_json() : NULL;
}

static void settings_json__is_one_text_for_all_threads(void) {
  enum { THREADS = 3 };
  pthread_t threads[THREADS];
  for (int i = 0; i < THREADS; i++) {
    CHECK_INT(0, pthread_create(&threads[i], NULL, json_get, NULL));
  }
  for (int i = 0; i < THREADS; i++) {
    void *text;
    pthread_join(threads[i], &text);
    CHECK(text == llmb_settings_json());
  }
}

CHECK_MAIN(TEST(settings_json__is_one_text_for_all_threads), TEST(table__names_every_setting_once),
           TEST(table__has_help_scope_and_engines_for_every_setting), TEST(table__has_the_contracts_defaults),
           TEST(table__has_defaults_its_own_parser_accepts), TEST(table__has_its_choices_in_the_order_of_the_enums),
           TEST(table__knows_every_engine_that_can_be_chosen), TEST(settings_json__is_json_and_holds_the_whole_table))
