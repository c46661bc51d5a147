#include "core/settings_fallback.h"

#include <stdio.h>
#include <string.h>

#include "core/engine_abilities.h"
#include "core/error.h"
#include "core/settings_parse.h"
#include "core/settings_resolve.h"
#include "core/text_quote.h"

static bool contains(const struct fallback_list *list, const char *name) {
  for (unsigned i = 0; i < list->count; i++) {
    if (strcmp(list->names[i], name) == 0) return true;
  }
  return false;
}

static llmb_status refuse(const char *name, const char *why, llmb_error *error) {
  char quoted[TEXT_QUOTE_CAPACITY];
  return error_set(error, LLMB_E_INVALID_ARGUMENT, LLMB_PHASE_CONFIGURE,
                   "fallback: %s %s; allowed are up to %d engine names parted by commas", text_quote(quoted, name), why,
                   FALLBACK_ENGINES_MAX);
}

llmb_status fallback_parse(const char *text, const char *first, struct fallback_list *out, llmb_error *error) {
  out->count = 0;
  for (const char *at = text; at != NULL;) {
    const char *begin = NULL;
    uint64_t size = 0;
    char name[FALLBACK_NAME_SIZE];
    struct setting_value parsed;
    at = fallback_next_name(at, &begin, &size);
    if (size >= sizeof name) return refuse(text, "has a name that no engine has", error);
    memcpy(name, begin, size);
    name[size] = 0;
    const llmb_status status = setting_parse(SETTING_ENGINE, name, &parsed, error);
    if (status == LLMB_E_UNSUPPORTED) return status;
    if (status != LLMB_OK) return refuse(name, "is no engine", error);
    if (strcmp(name, first) == 0) return refuse(name, "is the engine that comes first anyway", error);
    if (contains(out, name)) return refuse(name, "stands there twice", error);
    if (out->count == FALLBACK_ENGINES_MAX) return refuse(text, "has too many names", error);
    memcpy(out->names[out->count++], name, sizeof name);
  }
  return LLMB_OK;
}

static bool passes(enum setting_id id, const char *engine) {
  if (id == SETTING_ENGINE || id == SETTING_FALLBACK) return false;
  if (id == SETTING_ISOLATION && !engine_can(engine, ABILITY_INPROC)) return false;
  return (settings_table[id].engines & settings_engine_bit(engine)) != 0;
}

llmb_status fallback_resolve(const llmb_settings *given, const char *engine, llmb_settings *out, llmb_error *error) {
  llmb_settings adapted = {0}; /* its texts stay with `given` */
  for (unsigned id = 0; given != NULL && id < SETTING_COUNT; id++) {
    if (given->values[id].source != SETTING_EXPLICIT || !passes((enum setting_id)id, engine)) continue;
    adapted.values[id] = given->values[id];
    adapted.values[id].is_owned = false;
  }
  adapted.values[SETTING_ENGINE] = (struct setting_value){.text = engine, .source = SETTING_EXPLICIT};
  if (!engine_can(engine, ABILITY_INPROC)) {
    adapted.values[SETTING_ISOLATION] = (struct setting_value){.text = "pool", .source = SETTING_EXPLICIT};
  }
  return settings_resolve_bridge(&adapted, out, error);
}
