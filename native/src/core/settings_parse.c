#include "core/settings_parse.h"

#include <string.h>

#include "core/error.h"
#include "core/number_text.h"
#include "core/settings_parse_json.h"
#include "core/text_quote.h"
#include "core/utf8.h"

enum { BOUND_DECIMALS = 3 }; /* in messages about a range */

int choice_find(const char *choices, const char *value) {
  if (choices == NULL) return -1;
  uint64_t size = strlen(value);
  int place = 0;
  for (const char *at = choices; at != NULL; place++) {
    const char *bar = strchr(at, '|');
    uint64_t choice_size = bar != NULL ? (uint64_t)(bar - at) : strlen(at);
    if (choice_size == size && memcmp(at, value, size) == 0) return place;
    at = bar != NULL ? bar + 1 : NULL;
  }
  return -1;
}

void choices_write(char text[CHOICES_TEXT_CAPACITY], const char *choices) {
  uint64_t size = 0;
  for (; *choices != '\0' && size < CHOICES_TEXT_CAPACITY - 3; choices++) {
    text[size++] = *choices == '|' ? ',' : *choices;
    if (*choices == '|') text[size++] = ' ';
  }
  text[size] = '\0';
}

/* Refuses a value; `why` follows it in the message. */
static llmb_status refuse(const struct setting *setting, const char *value, const char *why, llmb_error *error) {
  char quoted[TEXT_QUOTE_CAPACITY];
  return error_set(error, LLMB_E_INVALID_ARGUMENT, LLMB_PHASE_CONFIGURE, "%s: %s %s", setting->name,
                   text_quote(quoted, value), why);
}

static llmb_status refuse_number(const struct setting *setting, const char *value, const char *why, llmb_error *error) {
  char quoted[TEXT_QUOTE_CAPACITY], minimum[NUMBER_TEXT_CAPACITY], maximum[NUMBER_TEXT_CAPACITY];
  number_write_short(minimum, setting->minimum, BOUND_DECIMALS);
  number_write_short(maximum, setting->maximum, BOUND_DECIMALS);
  return error_set(error, LLMB_E_INVALID_ARGUMENT, LLMB_PHASE_CONFIGURE, "%s: %s %s, allowed is %s%s to %s",
                   setting->name, text_quote(quoted, value), why, setting->may_be_auto ? "auto and " : "", minimum,
                   maximum);
}

static llmb_status number_check(const struct setting *setting, const char *value, struct setting_value *out,
                                llmb_error *error) {
  bool is_integer = setting->type == SETTING_INTEGER;
  if (setting->may_be_auto && strcmp(value, "auto") == 0) {
    out->integer = SETTING_AUTO;
    out->number = SETTING_AUTO;
    return LLMB_OK;
  }
  if (is_integer ? !integer_parse(value, &out->integer) : !number_parse(value, &out->number)) {
    return refuse_number(setting, value, is_integer ? "is not a whole number" : "is not a number", error);
  }
  if (is_integer) out->number = (double)out->integer;
  if (out->number < setting->minimum || out->number > setting->maximum) {
    return refuse_number(setting, value, "is out of range", error);
  }
  return LLMB_OK;
}

static llmb_status choice_check(const struct setting *setting, const char *value, struct setting_value *out,
                                llmb_error *error) {
  int place = choice_find(setting->choices, value);
  if (place >= 0) {
    out->integer = place;
    return LLMB_OK;
  }
  char quoted[TEXT_QUOTE_CAPACITY], choices[CHOICES_TEXT_CAPACITY];
  text_quote(quoted, value);
  choices_write(choices, setting->choices);
  return error_set(error, LLMB_E_INVALID_ARGUMENT, LLMB_PHASE_CONFIGURE, "%s: %s is not known, allowed is %s",
                   setting->name, quoted, choices);
}

static llmb_status text_check(enum setting_id id, const char *value, uint64_t size, llmb_error *error) {
  const struct setting *setting = &settings_table[id];
  uint64_t valid_size;
  if (utf8_check((const uint8_t *)value, size, &valid_size) != UTF8_VALID) {
    return refuse(setting, value, "is not valid UTF-8", error);
  }
  bool may_be_empty = id == SETTING_SYSTEM;
  if (size == 0 && !may_be_empty) return refuse(setting, value, "is empty, allowed is any text", error);
  const char *problem = setting->json ? setting_json_problem(id, value, size) : NULL;
  return problem == NULL ? LLMB_OK : refuse(setting, value, problem, error);
}

llmb_status setting_parse(enum setting_id id, const char *value, struct setting_value *out, llmb_error *error) {
  const struct setting *setting = &settings_table[id];
  if (value == NULL) return refuse(setting, value, "was given", error);
  if (setting->later) {
    return error_set(error, LLMB_E_UNSUPPORTED, LLMB_PHASE_CONFIGURE, "%s is not in this version yet", setting->name);
  }
  uint64_t size = strnlen(value, (size_t)SETTING_TEXT_SIZE_MAX + 1);
  if (size > SETTING_TEXT_SIZE_MAX) {
    return error_set(error, LLMB_E_INVALID_ARGUMENT, LLMB_PHASE_CONFIGURE,
                     "%s: the value is too long, allowed is %d bytes", setting->name, SETTING_TEXT_SIZE_MAX);
  }
  struct setting_value parsed = *out;
  parsed.text = value;
  llmb_status status = LLMB_E_INTERNAL;
  switch ((enum setting_type)setting->type) {
    case SETTING_TEXT:
      status = text_check(id, value, size, error);
      break;
    case SETTING_CHOICE:
      status = choice_check(setting, value, &parsed, error);
      break;
    case SETTING_INTEGER:
    case SETTING_NUMBER:
      status = number_check(setting, value, &parsed, error);
      break;
  }
  if (status == LLMB_OK) *out = parsed;
  return status;
}

uint64_t settings_duration_ns(const llmb_settings *settings, enum setting_id id) {
  const int64_t milliseconds = settings->values[id].integer;
  return milliseconds <= 0 ? LLMB_NEVER : (uint64_t)milliseconds * 1000000u;
}
