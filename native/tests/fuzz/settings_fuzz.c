/* Settings from texts and from another process's pairs: refused with a message, or the same after a round trip. */
#include "core/settings_set.h"
#include "core/utf8.h"
#include "tests/fuzz/fuzz.h"
#include "core/settings_pairs.h"

static void check_message(const llmb_error *error, llmb_status status) {
  uint64_t valid_size = 0, size = strlen(error->message);
  FUZZ_CHECK(error->status == status && size > 0);
  FUZZ_CHECK(utf8_check((const uint8_t *)error->message, size, &valid_size) == UTF8_VALID);
}

static void check_same(const llmb_settings *left, const llmb_settings *right) {
  for (unsigned id = 0; id < SETTING_COUNT; id++) {
    const struct setting_value *a = &left->values[id], *b = &right->values[id];
    FUZZ_CHECK((a->text == NULL) == (b->text == NULL));
    FUZZ_CHECK(a->text == NULL || strcmp(a->text, b->text) == 0);
    FUZZ_CHECK(a->integer == b->integer && a->source == b->source);
    FUZZ_CHECK(memcmp(&a->number, &b->number, sizeof a->number) == 0);
  }
}

static void try_pairs(const uint8_t *data, size_t size) {
  llmb_settings settings, again;
  llmb_error error;
  llmb_error_init(&error);
  llmb_status status = settings_decode((const char *)data, size, &settings, &error);
  if (status != LLMB_OK) {
    FUZZ_CHECK(status == LLMB_E_PROTOCOL_ERROR);
    check_message(&error, status);
  } else {
    char *pairs = NULL;
    uint64_t pairs_size = 0;
    FUZZ_CHECK(settings_encode(&settings, SETTING_OF_BRIDGE | SETTING_OF_CALL, &pairs, &pairs_size) == LLMB_OK);
    FUZZ_CHECK(pairs_size == size); /* the same pairs, perhaps in another order */
    FUZZ_CHECK(settings_decode(pairs, pairs_size, &again, NULL) == LLMB_OK);
    check_same(&settings, &again);
    settings_clear(&again);
    llmb_free(pairs);
  }
  settings_clear(&settings);
}

enum { LINES_MAX = 16 }; /* a wrong name takes long, since the nearest right one is looked for */

/* Lines of name=value, set one after the other. */
static void try_lines(const uint8_t *data, size_t size) {
  llmb_settings *settings = NULL;
  llmb_error error;
  FUZZ_CHECK(llmb_settings_create(&settings, NULL) == LLMB_OK);
  char *text = fuzz_copy(data, size), *rest = text;
  for (unsigned count = 0; count < LINES_MAX && rest != NULL; count++) {
    char *line = strsep(&rest, "\n");
    char *value = strchr(line, '=');
    if (value != NULL) *value++ = '\0';
    llmb_error_init(&error);
    llmb_status status = llmb_settings_set(settings, line, value, &error);
    if (status == LLMB_OK) continue;
    FUZZ_CHECK(status == LLMB_E_INVALID_ARGUMENT || status == LLMB_E_UNSUPPORTED);
    check_message(&error, status);
  }
  free(text);
  llmb_settings_close(settings);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  try_pairs(data, size);
  try_lines(data, size);
  return 0;
}
