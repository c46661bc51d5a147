#include "core/engine_abilities.h"

#include <llmbridge/settings.h>

#include "tests/check.h"
#include "core/json_check.h"
#include "core/settings_table.h"

enum { TABLE_SIZE_MAX = 4096, PAGE_SIZE_MAX = 1 << 17 };

static void every_engine_that_can_be_chosen__has_an_entry_and_no_other_has(void) {
  const char *choices = settings_table[SETTING_ENGINE].choices;
  size_t named = 0;
  for (const struct engine_abilities *entry = engine_abilities; entry->engine != NULL; entry++) {
    CHECK_CONTAINS(entry->engine, choices);
    CHECK(settings_engine_bit(entry->engine) != 0);
    CHECK(entry->abilities != 0);
    named += strlen(entry->engine) + 1;
  }
  CHECK_INT(strlen(choices) + 1, named);
}

static void an_engine_that_is_none__can_nothing(void) {
  CHECK(!engine_can("abacus", ABILITY_GENERATE));
  CHECK(!engine_can(NULL, ABILITY_GENERATE));
  CHECK(engine_can("exec", ABILITY_STREAM));
  CHECK(!engine_can("exec", ABILITY_EMBED));
}

static void engines_that_can__are_named_as_a_sentence_names_them(void) {
  char names[ENGINE_NAMES_CAPACITY];
  CHECK_TEXT("exec and jsonrpc", engines_that_can(ABILITY_PER_CALL, names));
  CHECK_TEXT("llama, fake and hash", engines_that_can(ABILITY_INPROC, names));
  CHECK_TEXT("", engines_that_can((enum engine_ability)0, names));
}

static void an_engines_bit__is_the_place_of_its_choice(void) {
  for (int place = 0; place < CHOICE_ENGINE_COUNT; place++) {
    CHECK_INT(1 << place, settings_engine_bit(settings_engine_names[place]));
  }
  CHECK(settings_engine_names[CHOICE_ENGINE_COUNT] == NULL);
  CHECK_INT(ENGINE_EXEC, 1 << CHOICE_ENGINE_EXEC);
}

static void settings__are_for_the_engines_whose_rows_say_so(void) {
  CHECK_INT(ENGINE_LLAMA | ENGINE_CUSTOM, settings_table[SETTING_CONTEXT].engines);
  CHECK_INT(ENGINE_EXEC | ENGINE_JSONRPC | ENGINE_CUSTOM, settings_table[SETTING_ENVIRONMENT].engines);
  CHECK_INT(ENGINE_ANY & ~ENGINE_HASH, settings_table[SETTING_MAX_TOKENS].engines);
  CHECK_INT(ENGINE_ANY & ~ENGINE_EXEC, settings_table[SETTING_NORMALIZE].engines);
  CHECK_INT(ENGINE_ANY & ~(ENGINE_EXEC | ENGINE_HASH), settings_table[SETTING_MESSAGES].engines);
  CHECK_INT(ENGINE_LLAMA | ENGINE_JSONRPC | ENGINE_CUSTOM | ENGINE_FAKE, settings_table[SETTING_POOLING].engines);
  CHECK_INT(ENGINE_ANY, settings_table[SETTING_MEMORY_MB].engines);
}

static void json__is_valid_and_always_the_same_text(void) {
  const char *json = llmb_engines_json();
  CHECK_INT(LLMB_OK, json_check((const uint8_t *)json, strlen(json), NULL, NULL));
  CHECK_CONTAINS("{\"name\":\"hash\",\"abilities\":[\"embed\",\"inproc\",\"sandbox\"]}", json);
  CHECK(json == llmb_engines_json());
}

static void add(char *table, const char *text) {
  strncat(table, text, TABLE_SIZE_MAX - strlen(table) - 1);
}

static void write_table(char *table) {
  *table = 0;
  add(table, "| engine |");
  for (unsigned i = 0; engine_ability_names[i] != NULL; i++) {
    add(table, " ");
    add(table, engine_ability_names[i]);
    add(table, " |");
  }
  add(table, "\n|---|");
  for (unsigned i = 0; engine_ability_names[i] != NULL; i++) add(table, "---|");
  for (const struct engine_abilities *entry = engine_abilities; entry->engine != NULL; entry++) {
    add(table, "\n| `");
    add(table, entry->engine);
    add(table, "` |");
    for (unsigned i = 0; engine_ability_names[i] != NULL; i++) {
      add(table, entry->abilities & 1u << i ? " yes |" : " - |");
    }
  }
  add(table, "\n");
}

static void readme__has_the_table_as_it_is(void) {
  static char page[PAGE_SIZE_MAX];
  char table[TABLE_SIZE_MAX];
  FILE *file = fopen(README_FILE, "r");
  CHECK(file != NULL);
  if (file == NULL) return;
  page[fread(page, 1, sizeof page - 1, file)] = 0;
  fclose(file);
  write_table(table);
  if (strstr(page, table) != NULL) return;
  fprintf(stderr, "%s: README.md lacks this table:\n%s", check_name, table);
  check_failures++;
}

CHECK_MAIN(TEST(every_engine_that_can_be_chosen__has_an_entry_and_no_other_has),
           TEST(an_engine_that_is_none__can_nothing), TEST(engines_that_can__are_named_as_a_sentence_names_them),
           TEST(an_engines_bit__is_the_place_of_its_choice), TEST(settings__are_for_the_engines_whose_rows_say_so),
           TEST(json__is_valid_and_always_the_same_text), TEST(readme__has_the_table_as_it_is))
