#include "core/engine_abilities.h"

#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <llmbridge/settings.h>

#include "core/json_once.h"

#define ABILITIES(id, name, is, abilities, takes) {name, abilities},

const struct engine_abilities engine_abilities[] = {ENGINE_ROWS(ABILITIES, ABILITIES){NULL, 0}};

const char *const engine_ability_names[] = {"generate", "stream", "embed",    "tokens",  "invoke",
                                            "resume",   "inproc", "per_call", "sandbox", NULL};

bool engine_can(const char *engine, enum engine_ability ability) {
  for (const struct engine_abilities *entry = engine_abilities; engine != NULL && entry->engine != NULL; entry++) {
    if (strcmp(entry->engine, engine) == 0) return (entry->abilities & ability) != 0;
  }
  return false;
}

const char *engines_that_can(enum engine_ability ability, char out[ENGINE_NAMES_CAPACITY]) {
  unsigned left = 0, size = 0;
  for (const struct engine_abilities *entry = engine_abilities; entry->engine != NULL; entry++) {
    left += (entry->abilities & ability) != 0;
  }
  out[0] = 0;
  for (const struct engine_abilities *entry = engine_abilities; entry->engine != NULL; entry++) {
    if (!(entry->abilities & ability)) continue;
    const char *const after = left > 2 ? ", " : left == 2 ? " and " : "";
    const int added = snprintf(out + size, ENGINE_NAMES_CAPACITY - size, "%s%s", entry->engine, after);
    if (added < 0 || size + (unsigned)added >= ENGINE_NAMES_CAPACITY) break;
    size += (unsigned)added;
    left--;
  }
  return out;
}

static void write_table(struct json_writer *writer) {
  json_object_open(writer);
  json_key(writer, "engines");
  json_array_open(writer);
  for (const struct engine_abilities *entry = engine_abilities; entry->engine != NULL; entry++) {
    json_object_open(writer);
    json_key(writer, "name");
    json_text(writer, entry->engine);
    json_key(writer, "abilities");
    json_array_open(writer);
    for (unsigned i = 0; engine_ability_names[i] != NULL; i++) {
      if (entry->abilities & 1u << i) json_text(writer, engine_ability_names[i]);
    }
    json_array_close(writer);
    json_object_close(writer);
  }
  json_array_close(writer);
  json_object_close(writer);
}

const char *llmb_engines_json(void) {
  static struct json_once once;
  return json_once_text(&once, write_table);
}
