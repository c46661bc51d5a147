#include "core/engine_abilities.h"

#include <stddef.h>
#include <string.h>

#include <llmbridge/settings.h>

#include "core/json_once.h"

/* A custom engine can what its program can: these are the abilities that the library does not refuse beforehand. */
const struct engine_abilities engine_abilities[] = {
    {"llama", ABILITY_GENERATE | ABILITY_STREAM | ABILITY_EMBED | ABILITY_TOKENS | ABILITY_RESUME | ABILITY_INPROC |
                  ABILITY_SANDBOX},
    {"exec", ABILITY_GENERATE | ABILITY_STREAM | ABILITY_PER_CALL},
    {"jsonrpc", ABILITY_GENERATE | ABILITY_STREAM | ABILITY_EMBED | ABILITY_TOKENS | ABILITY_INVOKE | ABILITY_PER_CALL},
    {"hash", ABILITY_EMBED | ABILITY_INPROC | ABILITY_SANDBOX},
    {"custom", ABILITY_GENERATE | ABILITY_STREAM | ABILITY_EMBED | ABILITY_TOKENS | ABILITY_INVOKE | ABILITY_RESUME |
                   ABILITY_SANDBOX},
    {"fake", ABILITY_GENERATE | ABILITY_STREAM | ABILITY_EMBED | ABILITY_TOKENS | ABILITY_INPROC | ABILITY_SANDBOX},
    {NULL, 0},
};

const char *const engine_ability_names[] = {"generate", "stream", "embed",    "tokens",  "invoke",
                                            "resume",   "inproc", "per_call", "sandbox", NULL};

bool engine_can(const char *engine, enum engine_ability ability) {
  for (const struct engine_abilities *entry = engine_abilities; engine != NULL && entry->engine != NULL; entry++) {
    if (strcmp(entry->engine, engine) == 0) return (entry->abilities & ability) != 0;
  }
  return false;
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
