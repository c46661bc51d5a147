/* The table as JSON, for generators, command lines and reference pages. */
#include <string.h>

#include <llmbridge/settings.h>

#include "core/json_once.h"
#include "core/settings_table.h"

static void names_write(struct json_writer *writer, const char *bars) {
  json_array_open(writer);
  for (const char *at = bars; at != NULL;) {
    const char *bar = strchr(at, '|');
    json_text_sized(writer, at, bar != NULL ? (uint64_t)(bar - at) : strlen(at));
    at = bar != NULL ? bar + 1 : NULL;
  }
  json_array_close(writer);
}

static const char *type_name(uint8_t type) {
  switch ((enum setting_type)type) {
    case SETTING_TEXT:
      return "text";
    case SETTING_CHOICE:
      return "choice";
    case SETTING_INTEGER:
      return "integer";
    case SETTING_NUMBER:
      return "number";
  }
  return NULL;
}

static void bound_write(struct json_writer *writer, const char *key, const struct setting *setting, double bound) {
  json_key(writer, key);
  if (setting->type == SETTING_INTEGER) {
    json_integer(writer, (int64_t)bound);
  } else if (setting->type == SETTING_NUMBER) {
    json_number(writer, bound, 2);
  } else {
    json_null(writer);
  }
}

static void engines_write(struct json_writer *writer, uint8_t engines) {
  json_array_open(writer);
  for (unsigned i = 0; settings_engine_names[i] != NULL; i++) {
    if (engines & 1u << i) json_text(writer, settings_engine_names[i]);
  }
  json_array_close(writer);
}

static void setting_write(struct json_writer *writer, const struct setting *setting) {
  json_object_open(writer);
  json_key(writer, "name");
  json_text(writer, setting->name);
  json_key(writer, "scope");
  names_write(writer, setting->scope == SETTING_OF_BRIDGE ? "bridge"
                      : setting->scope == SETTING_OF_CALL ? "call"
                                                          : "bridge|call");
  json_key(writer, "type");
  json_text(writer, type_name(setting->type));
  json_key(writer, "default");
  json_text(writer, setting->default_text);
  bound_write(writer, "minimum", setting, setting->minimum);
  bound_write(writer, "maximum", setting, setting->maximum);
  json_key(writer, "auto");
  json_boolean(writer, setting->may_be_auto);
  json_key(writer, "choices");
  names_write(writer, setting->choices);
  json_key(writer, "engines");
  engines_write(writer, setting->engines);
  json_key(writer, "unit");
  json_text(writer, setting->unit);
  json_key(writer, "dotnet_name");
  json_text(writer, setting->dotnet_name);
  json_key(writer, "later");
  json_boolean(writer, setting->later);
  json_key(writer, "help");
  json_text(writer, setting->help);
  json_object_close(writer);
}

static void table_write(struct json_writer *writer) {
  json_object_open(writer);
  json_key(writer, "settings");
  json_array_open(writer);
  for (unsigned id = 0; id < SETTING_COUNT; id++) setting_write(writer, &settings_table[id]);
  json_array_close(writer);
  json_object_close(writer);
}

const char *llmb_settings_json(void) {
  static struct json_once once;
  return json_once_text(&once, table_write);
}
