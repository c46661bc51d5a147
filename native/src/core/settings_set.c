#include "core/settings_set.h"

#include <stdatomic.h>
#include <string.h>

#include "core/error.h"
#include "core/memory.h"
#include "core/name_nearest.h"
#include "core/name_peers.h"
#include "core/settings_parse.h"
#include "core/text_quote.h"

static llmb_status out_of_memory(llmb_error *error) {
  return error_set(error, LLMB_E_OUT_OF_MEMORY, LLMB_PHASE_CONFIGURE, "no memory for settings");
}

static void defaults_parse(llmb_settings *out) {
  *out = (llmb_settings){0};
  for (unsigned id = 0; id < SETTING_COUNT; id++) {
    const char *text = settings_table[id].default_text;
    if (text != NULL) setting_parse((enum setting_id)id, text, &out->values[id], NULL);
  }
}

/* The defaults are parsed once. A thread that comes while another does so parses its own instead of waiting, so that
 * nobody can be stuck behind a thread that a fork left behind. */
void settings_set_defaults(llmb_settings *out) {
  enum { EMPTY, BEING_MADE, READY };
  static atomic_int state = EMPTY;
  static llmb_settings defaults;
  if (atomic_load_explicit(&state, memory_order_acquire) == READY) {
    *out = defaults;
    return;
  }
  defaults_parse(out);
  int expected = EMPTY;
  if (atomic_compare_exchange_strong(&state, &expected, BEING_MADE)) {
    defaults = *out;
    atomic_store_explicit(&state, READY, memory_order_release);
  }
}

enum setting_id settings_find(const char *name) {
  unsigned id = 0;
  for (; id < SETTING_COUNT; id++) {
    const char *known = settings_table[id].name;
    if (known[0] == name[0] && strcmp(known, name) == 0) break; /* the first byte spares most of the calls */
  }
  return (enum setting_id)id;
}

uint8_t settings_engine(const llmb_settings *settings) {
  return settings_engine_bit(settings->values[SETTING_ENGINE].text);
}

llmb_status settings_store(llmb_settings *settings, enum setting_id id, const char *value, enum setting_source source,
                           llmb_error *error) {
  struct setting_value *stored = &settings->values[id], parsed = {0};
  char *copy;
  llmb_status status = setting_parse(id, value, &parsed, error);
  if (status != LLMB_OK) return status;
  if (memory_copy_text(value, strlen(value), &copy) != LLMB_OK) return out_of_memory(error);
  if (stored->is_owned) memory_release((void *)(uintptr_t)stored->text);
  parsed.text = copy;
  parsed.is_owned = true;
  parsed.source = (uint8_t)source;
  *stored = parsed;
  return LLMB_OK;
}

llmb_status settings_copy_explicit(const llmb_settings *given, llmb_settings *out, llmb_error *error) {
  llmb_status status = LLMB_OK;
  for (unsigned id = 0; status == LLMB_OK && id < SETTING_COUNT; id++) {
    if (given->values[id].source != SETTING_EXPLICIT) continue;
    status = settings_store(out, (enum setting_id)id, given->values[id].text, SETTING_EXPLICIT, error);
  }
  return status;
}

void settings_clear(llmb_settings *settings) {
  for (unsigned id = 0; id < SETTING_COUNT; id++) {
    if (settings->values[id].is_owned) memory_release((void *)(uintptr_t)settings->values[id].text);
  }
  memory_release(settings->block);
  *settings = (llmb_settings){0};
}

llmb_status llmb_settings_create(llmb_settings **out_settings, llmb_error *out_error) {
  if (out_settings == NULL) {
    return error_set(out_error, LLMB_E_INVALID_ARGUMENT, LLMB_PHASE_CONFIGURE, "out_settings is NULL");
  }
  void *block;
  *out_settings = NULL;
  if (memory_allocate(sizeof(llmb_settings), &block) != LLMB_OK) return out_of_memory(out_error);
  *out_settings = block;
  settings_set_defaults(*out_settings);
  return LLMB_OK;
}

llmb_status llmb_settings_set(llmb_settings *settings, const char *name, const char *value, llmb_error *out_error) {
  if (settings == NULL || name == NULL) {
    return error_set(out_error, LLMB_E_INVALID_ARGUMENT, LLMB_PHASE_CONFIGURE, "%s is NULL",
                     settings == NULL ? "settings" : "the setting's name");
  }
  enum setting_id id = settings_find(name);
  if (id == SETTING_COUNT) {
    char quoted[TEXT_QUOTE_CAPACITY];
    const char *advice = name_peer_advice(name);
    if (advice != NULL) {
      return error_set(out_error, LLMB_E_INVALID_ARGUMENT, LLMB_PHASE_CONFIGURE, "unknown setting %s; %s",
                       text_quote(quoted, name), advice);
    }
    return error_set(out_error, LLMB_E_INVALID_ARGUMENT, LLMB_PHASE_CONFIGURE,
                     "unknown setting %s; did you mean \"%s\"?", text_quote(quoted, name), setting_name_nearest(name));
  }
  return settings_store(settings, id, value, SETTING_EXPLICIT, out_error);
}

void llmb_settings_close(llmb_settings *settings) {
  if (settings == NULL) return;
  settings_clear(settings);
  memory_release(settings);
}
