/* Which value counts: explicit before environment before default, a call's before its bridge's. */
#include "core/settings_resolve.h"

#include <string.h>

#include "core/error.h"
#include "core/settings_agree.h"
#include "core/settings_environment.h"

const char *fallback_next_name(const char *at, const char **out_name, uint64_t *out_size) {
  const char *const blanks = " \t";
  at += strspn(at, blanks);
  const uint64_t whole = strcspn(at, ",");
  uint64_t size = whole;
  while (size > 0 && strchr(blanks, at[size - 1]) != NULL) size--;
  *out_name = at;
  *out_size = size;
  return at[whole] == ',' ? at + whole + 1 : NULL;
}

uint8_t fallback_bits(const char *text) {
  uint8_t bits = 0;
  for (const char *at = text; at != NULL;) {
    const char *begin = NULL;
    uint64_t size = 0;
    char name[FALLBACK_NAME_SIZE];
    at = fallback_next_name(at, &begin, &size);
    if (size >= sizeof name) continue;
    memcpy(name, begin, size);
    name[size] = 0;
    bits |= settings_engine_bit(name);
  }
  return bits;
}

/* Refuses what is set explicitly and neither the engine uses nor one of those that stand in for it. */
static llmb_status check_use(const llmb_settings *given, const char *engine, const char *fallback, llmb_error *error) {
  uint8_t bit = settings_engine_bit(engine) | fallback_bits(fallback);
  for (unsigned id = 0; id < SETTING_COUNT; id++) {
    if (given->values[id].source != SETTING_EXPLICIT || (settings_table[id].engines & bit)) continue;
    return error_set(error, LLMB_E_UNSUPPORTED, LLMB_PHASE_CONFIGURE, "%s is not used by the engine %s",
                     settings_table[id].name, engine);
  }
  return LLMB_OK;
}

llmb_status settings_resolve_bridge(const llmb_settings *given, llmb_settings *out, llmb_error *error) {
  settings_set_defaults(out);
  llmb_status status = settings_read_environment(out, given, error);
  if (status != LLMB_OK) return status;
  if (given == NULL) return settings_check_agreement(out, error);
  const struct setting_value *fallback = &given->values[SETTING_FALLBACK];
  if (fallback->source != SETTING_EXPLICIT) fallback = &out->values[SETTING_FALLBACK];
  status = check_use(given, out->values[SETTING_ENGINE].text, fallback->text, error);
  if (status == LLMB_OK) status = settings_copy_explicit(given, out, error);
  return status == LLMB_OK ? settings_check_agreement(out, error) : status;
}

/* The call's own value of a setting, or else the bridge's. */
static const struct setting_value *value_choose(const llmb_settings *bridge, const llmb_settings *given, unsigned id) {
  return given->values[id].source == SETTING_EXPLICIT ? &given->values[id] : &bridge->values[id];
}

llmb_status settings_resolve_call(const llmb_settings *bridge, const llmb_settings *given, llmb_settings *out,
                                  llmb_error *error) {
  *out = (llmb_settings){0};
  for (unsigned id = 0; id < SETTING_COUNT; id++) {
    const struct setting_value *value = value_choose(bridge, given, id);
    if (value->source == SETTING_EXPLICIT && value == &given->values[id] &&
        !(settings_table[id].scope & SETTING_OF_CALL)) {
      return error_set(error, LLMB_E_INVALID_ARGUMENT, LLMB_PHASE_CONFIGURE,
                       "%s is a setting of the bridge and cannot be given with a call", settings_table[id].name);
    }
    out->values[id] = *value;
    out->values[id].is_owned = false;
  }
  return check_use(given, bridge->values[SETTING_ENGINE].text, bridge->values[SETTING_FALLBACK].text, error);
}
