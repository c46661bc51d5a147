#include "tests/check.h"

#include "core/memory.h"
#include "core/settings_set.h"
#include "core/settings_pairs.h"

static llmb_error error;

static llmb_settings *settings_make(void) {
  static const char *const pairs[][2] = {{"engine", "fake"},       {"command", "pieces 3 1; exit 2@piece:1"},
                                         {"slots", "3"},           {"timeout_ms", "1234"},
                                         {"temperature", "0.125"}, {"system", ""},
                                         {"stop", "\xC3\xA4\n"},   {"expect", "json"}};
  llmb_settings *settings = NULL;
  llmb_error_init(&error);
  CHECK_INT(LLMB_OK, llmb_settings_create(&settings, &error));
  for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++) {
    CHECK_INT(LLMB_OK, llmb_settings_set(settings, pairs[i][0], pairs[i][1], &error));
  }
  return settings;
}

static void pairs__come_back_as_they_went(void) {
  llmb_settings *settings = settings_make(), back;
  char *pairs;
  uint64_t size;
  CHECK_INT(LLMB_OK, settings_encode(settings, SETTING_OF_BRIDGE | SETTING_OF_CALL, &pairs, &size));
  CHECK_INT(LLMB_OK, settings_decode(pairs, size, &back, &error));
  memset(pairs, 'x', size); /* the set has copies of its own */
  memory_release(pairs);
  for (unsigned id = 0; id < SETTING_COUNT; id++) {
    const struct setting_value *gone = &settings->values[id], *come = &back.values[id];
    CHECK_INT(gone->source, come->source);
    CHECK_INT(gone->integer, come->integer);
    CHECK(gone->number == come->number);
    CHECK((gone->text == NULL) == (come->text == NULL));
    if (gone->text != NULL) CHECK_TEXT(gone->text, come->text);
  }
  settings_clear(&back);
  llmb_settings_close(settings);
}

static void pairs__hold_only_the_scope_that_is_asked_for(void) {
  llmb_settings *settings = settings_make();
  char *pairs;
  uint64_t size;
  CHECK_INT(LLMB_OK, settings_encode(settings, SETTING_OF_CALL, &pairs, &size));
  const char expected[] = "timeout_ms\0001234\0temperature\0000.125\0stop\0\xC3\xA4\n\0system\0\0expect\0json";
  CHECK_INT(sizeof expected, size);
  CHECK(size == sizeof expected && memcmp(expected, pairs, size) == 0);
  memory_release(pairs);
  llmb_settings_close(settings);
}

static void pairs__of_defaults_are_none(void) {
  llmb_settings settings, back;
  char *pairs = (char *)&settings;
  uint64_t size = 1;
  settings_set_defaults(&settings);
  CHECK_INT(LLMB_OK, settings_encode(&settings, SETTING_OF_BRIDGE | SETTING_OF_CALL, &pairs, &size));
  CHECK(pairs == NULL);
  CHECK_INT(0, size);
  CHECK_INT(LLMB_OK, settings_decode(NULL, 0, &back, &error));
  CHECK_INT(4, back.values[SETTING_SLOTS].integer);
  settings_clear(&back);
  settings_clear(&settings);
}

static void pairs__cut_anywhere_but_between_two_are_a_protocol_error(void) {
  llmb_settings *settings = settings_make(), back;
  char *pairs;
  uint64_t size;
  CHECK_INT(LLMB_OK, settings_encode(settings, SETTING_OF_BRIDGE, &pairs, &size));
  unsigned ends = 0;
  for (uint64_t cut = 1; cut <= size; cut++) {
    char *part = malloc(cut); /* a sanitizer sees reads past it */
    memcpy(part, pairs, cut);
    unsigned nuls = 0;
    for (uint64_t i = 0; i < cut; i++) nuls += part[i] == '\0';
    bool is_whole = part[cut - 1] == '\0' && nuls % 2 == 0;
    ends += is_whole;
    CHECK_INT(is_whole ? LLMB_OK : LLMB_E_PROTOCOL_ERROR, settings_decode(part, cut, &back, &error));
    settings_clear(&back);
    free(part);
  }
  CHECK_INT(4, ends);
  memory_release(pairs);
  llmb_settings_close(settings);
}

static void pairs__that_say_nonsense_are_a_protocol_error(void) {
  static const struct {
    const char *bytes;
    uint64_t size;
    const char *message;
  } cases[] = {
#define PAIRS(text, message) {text, sizeof text, message}
      PAIRS("slotz\0004", "unknown name \"slotz\""),
      PAIRS("slots\000900", "slots: \"900\" is out of range"),
      PAIRS("slots\0004\0slots\0004", "given twice: \"slots\""),
      PAIRS("stop\0\xFF", "is not valid UTF-8"),
      PAIRS("slots", "no value for \"slots\""),
      PAIRS("\0", "unknown name \"\""),
      PAIRS("slots\0004\0queue", "no value for \"queue\"")};
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    llmb_settings back;
    llmb_error_init(&error);
    CHECK_INT(LLMB_E_PROTOCOL_ERROR, settings_decode(cases[i].bytes, cases[i].size, &back, &error));
    CHECK_CONTAINS(cases[i].message, error.message);
    CHECK_INT(LLMB_E_PROTOCOL_ERROR, error.status);
    settings_clear(&back);
  }
}

static void pairs__of_random_bytes_never_do_harm(void) {
  unsigned random = 99;
  static const char *const words[] = {"slots", "4", "queue", "temperature", "0.5", "x", "", "stop", "\xC3", "engine"};
  for (int round = 0; round < 20000; round++) {
    char bytes[64];
    uint64_t size = 0;
    while (size < 40) {
      random = random * 1103515245u + 12345u;
      const char *word = words[(random >> 16) % (sizeof words / sizeof words[0])];
      memcpy(bytes + size, word, strlen(word) + 1);
      size += strlen(word) + ((random >> 8 & 7) != 0);
    }
    char *exact = malloc(size);
    memcpy(exact, bytes, size);
    llmb_settings back;
    llmb_status status = settings_decode(exact, size, &back, NULL);
    CHECK(status == LLMB_OK || status == LLMB_E_PROTOCOL_ERROR);
    settings_clear(&back);
    free(exact);
  }
}

static void pairs__too_large_are_refused_unread(void) {
  llmb_settings back;
  CHECK_INT(LLMB_E_PROTOCOL_ERROR, settings_decode("x", (uint64_t)SETTINGS_PAIRS_SIZE_MAX + 1, &back, &error));
  settings_clear(&back);
  CHECK_INT(LLMB_E_PROTOCOL_ERROR, settings_decode("x", UINT64_MAX, &back, &error));
  settings_clear(&back);
}

CHECK_MAIN(TEST(pairs__come_back_as_they_went), TEST(pairs__hold_only_the_scope_that_is_asked_for),
           TEST(pairs__of_defaults_are_none), TEST(pairs__cut_anywhere_but_between_two_are_a_protocol_error),
           TEST(pairs__that_say_nonsense_are_a_protocol_error), TEST(pairs__of_random_bytes_never_do_harm),
           TEST(pairs__too_large_are_refused_unread))
