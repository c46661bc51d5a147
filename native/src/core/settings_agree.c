#include "core/settings_agree.h"

#include <stddef.h>

#include "core/error.h"

/* The first can never be reached where it is above the second; 0 is none, for both. */
static const struct {
  enum setting_id limit, within;
} bounds[] = {
    {SETTING_QUEUE_TIMEOUT_MS, SETTING_TIMEOUT_MS},
    {SETTING_FIRST_TOKEN_TIMEOUT_MS, SETTING_TIMEOUT_MS},
    {SETTING_RECYCLE_MB, SETTING_MEMORY_MB},
};

static bool from_one_place(const struct setting_value *one, const struct setting_value *other) {
  return one->source != SETTING_FROM_DEFAULT && one->source == other->source;
}

static bool is_text(const struct setting_value *value) {
  return value->text != NULL && value->text[0] != 0;
}

/* A raw prompt has no place for what only a chat template could put somewhere. */
static llmb_status check_format(const llmb_settings *settings, llmb_error *error) {
  const struct setting_value *const format = &settings->values[SETTING_PROMPT_FORMAT];
  static const enum setting_id parts[] = {SETTING_SYSTEM, SETTING_MESSAGES, SETTING_SESSION};
  if (settings_engine(settings) != ENGINE_LLAMA || format->integer != CHOICE_FORMAT_RAW) return LLMB_OK;
  for (unsigned i = 0; i < sizeof parts / sizeof parts[0]; i++) {
    const struct setting_value *const part = &settings->values[parts[i]];
    if (!is_text(part) || !from_one_place(part, format)) continue;
    return error_set(error, LLMB_E_INVALID_ARGUMENT, LLMB_PHASE_CONFIGURE,
                     "prompt_format: raw has no place for %s; allowed with it are auto and chat",
                     settings_table[parts[i]].name);
  }
  return LLMB_OK;
}

llmb_status settings_check_agreement(const llmb_settings *settings, llmb_error *error) {
  for (unsigned i = 0; i < sizeof bounds / sizeof bounds[0]; i++) {
    const struct setting_value *const limit = &settings->values[bounds[i].limit];
    const struct setting_value *const within = &settings->values[bounds[i].within];
    if (!from_one_place(limit, within) || within->integer <= 0 || limit->integer <= within->integer) continue;
    const char *const name = settings_table[bounds[i].within].name;
    return error_set(error, LLMB_E_INVALID_ARGUMENT, LLMB_PHASE_CONFIGURE,
                     "%s: %lld can never be reached, since %s is %lld; allowed is up to %s, or 0 for none",
                     settings_table[bounds[i].limit].name, (long long)limit->integer, name, (long long)within->integer,
                     name);
  }
  return check_format(settings, error);
}
