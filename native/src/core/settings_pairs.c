/* Settings on their way to another process: "name\0value\0" for each that is not at its default. */
#include "core/settings_pairs.h"

#include <string.h>

#include "core/error.h"
#include "core/memory.h"
#include "core/settings_parse.h"
#include "core/text_quote.h"

static bool travels(const llmb_settings *settings, unsigned id, uint8_t scope) {
  return settings->values[id].source != SETTING_FROM_DEFAULT && (settings_table[id].scope & scope);
}

/* Appends a text with its NUL; returns where the next one goes. */
static uint8_t *text_append(uint8_t *at, const char *text) {
  uint64_t size = strlen(text) + 1;
  memcpy(at, text, size);
  return at + size;
}

uint64_t settings_encoded_size(const llmb_settings *settings, uint8_t scope) {
  uint64_t size = 0;
  for (unsigned id = 0; id < SETTING_COUNT; id++) {
    if (travels(settings, id, scope)) size += strlen(settings_table[id].name) + strlen(settings->values[id].text) + 2;
  }
  return size;
}

void settings_encode_into(const llmb_settings *settings, uint8_t scope, uint8_t *out) {
  for (unsigned id = 0; id < SETTING_COUNT; id++) {
    if (!travels(settings, id, scope)) continue;
    out = text_append(out, settings_table[id].name);
    out = text_append(out, settings->values[id].text);
  }
}

llmb_status settings_encode(const llmb_settings *settings, uint8_t scope, char **out, uint64_t *out_size) {
  const uint64_t size = settings_encoded_size(settings, scope);
  *out = NULL;
  *out_size = 0;
  if (size == 0) return LLMB_OK;
  if (size > SETTINGS_PAIRS_SIZE_MAX) return LLMB_E_INVALID_ARGUMENT;
  void *block;
  llmb_status status = memory_allocate(size, &block);
  if (status != LLMB_OK) return status;
  settings_encode_into(settings, scope, block);
  *out = block;
  *out_size = size;
  return LLMB_OK;
}

static llmb_status refuse(llmb_error *error, const char *what, const char *name) {
  char quoted[TEXT_QUOTE_CAPACITY];
  return error_set(error, LLMB_E_PROTOCOL_ERROR, LLMB_PHASE_CONFIGURE, "settings of another process: %s %s", what,
                   text_quote(quoted, name));
}

/* Takes one pair; both texts are NUL-terminated and live as long as the set. */
static llmb_status pair_take(llmb_settings *out, const char *name, const char *value, llmb_error *error) {
  enum setting_id id = settings_find(name);
  if (id == SETTING_COUNT) return refuse(error, "unknown name", name);
  if (out->values[id].source != SETTING_FROM_DEFAULT) return refuse(error, "given twice:", name);
  llmb_error inner;
  llmb_error_init(&inner);
  if (setting_parse(id, value, &out->values[id], &inner) != LLMB_OK) {
    return error_set(error, LLMB_E_PROTOCOL_ERROR, LLMB_PHASE_CONFIGURE, "settings of another process: %s",
                     inner.message);
  }
  out->values[id].source = SETTING_EXPLICIT;
  return LLMB_OK;
}

llmb_status settings_decode(const char *pairs, uint64_t size, llmb_settings *out, llmb_error *error) {
  settings_set_defaults(out);
  if (size == 0) return LLMB_OK;
  if (size > SETTINGS_PAIRS_SIZE_MAX || pairs[size - 1] != '\0') {
    return error_set(error, LLMB_E_PROTOCOL_ERROR, LLMB_PHASE_CONFIGURE, "settings of another process: %s",
                     size > SETTINGS_PAIRS_SIZE_MAX ? "too long" : "they end inside a text");
  }
  if (memory_copy_text(pairs, size, &out->block) != LLMB_OK) {
    return error_set(error, LLMB_E_OUT_OF_MEMORY, LLMB_PHASE_CONFIGURE, "no memory for settings");
  }
  const char *at = out->block, *end = out->block + size;
  llmb_status status = LLMB_OK;
  while (status == LLMB_OK && at < end) {
    const char *name = at, *value = name + strlen(name) + 1;
    if (value == end) return refuse(error, "no value for", name);
    status = pair_take(out, name, value, error);
    at = value + strlen(value) + 1;
  }
  return status;
}
