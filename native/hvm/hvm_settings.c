#include "hvm/hvm_settings.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { NAME_MAX_BYTES = 64, VALUE_MAX_BYTES = 64 }; /* of a setting's name, of a number or a default as text */

/* A setting's row in the library's table; NULL if there is none. */
static const char *row_of(const char *name) {
  char key[NAME_MAX_BYTES + 16];
  if (snprintf(key, sizeof key, "\"name\":\"%s\"", name) >= (int)sizeof key) return NULL;
  return strstr(llmb_settings_json(), key);
}

/* Names that do not exist are told by llmb_settings_set. */
static bool is_of_call(const char *name) {
  const char *const row = row_of(name), *const scope = row != NULL ? strstr(row, "\"scope\":[") : NULL;
  if (scope == NULL) return true;
  const char *const call = strstr(scope, "\"call\"");
  return call != NULL && call < strchr(scope, ']');
}

/* Empty where it has none. */
static void default_of(const char *name, char out[VALUE_MAX_BYTES]) {
  static const char member[] = "\"default\":\"";
  const char *const row = row_of(name), *const end = row != NULL ? strchr(row, '}') : NULL;
  const char *const found = row != NULL ? strstr(row, member) : NULL;
  out[0] = '\0';
  if (found == NULL || end == NULL || found > end) return;
  const char *const value = found + sizeof member - 1;
  snprintf(out, VALUE_MAX_BYTES, "%.*s", (int)strcspn(value, "\""), value);
}

/* Empty counts as not set, as for the library. */
static const char *environment_of(const char *name) {
  char variable[NAME_MAX_BYTES + 16] = "LLMBRIDGE_";
  size_t size = strlen(variable);
  for (; *name != '\0' && size + 1 < sizeof variable; name++) variable[size++] = (char)toupper((unsigned char)*name);
  variable[size] = '\0';
  const char *const value = secure_getenv(variable);
  return value != NULL && value[0] != '\0' ? value : NULL;
}

static const struct hvm_setting *find(const struct hvm_settings *settings, const char *name) {
  for (int i = 0; i < settings->count; i++) {
    if (strcmp(settings->items[i].name, name) == 0) return &settings->items[i];
  }
  return NULL;
}

/* Puts a setting in its place, or into that of an earlier one of its name. */
static llmb_status put(struct hvm_settings *settings, const char *name, const char *value, llmb_error *error) {
  int at = 0;
  while (at < settings->count && strcmp(settings->items[at].name, name) < 0) at++;
  const bool again = at < settings->count && strcmp(settings->items[at].name, name) == 0;
  if (!again && settings->count == HVM_SETTINGS_MAX) {
    return refuse(error, LLMB_E_INVALID_ARGUMENT, "settings: more than %d names", HVM_SETTINGS_MAX);
  }
  struct hvm_setting *const place = &settings->items[at];
  if (!again) memmove(place + 1, place, (size_t)(settings->count++ - at) * sizeof *place);
  *place = (struct hvm_setting){.name = name, .value = value, .of_call = is_of_call(name)};
  return LLMB_OK;
}

/* Ends a line, and joins those that go on with it: each loses the blank that it begins with. Returns the next. */
static char *take_line(char *line) {
  char *to = line;
  for (const char *from = line; *from != '\0'; from++) {
    const bool goes_on = *from == '\n' && (from[1] == ' ' || from[1] == '\t');
    if (*from == '\n' && !goes_on) {
      *to = '\0';
      return line + (from + 1 - line);
    }
    *to++ = *from;
    from += goes_on;
  }
  *to = '\0';
  return NULL;
}

llmb_status settings_read(const struct hvm_text *lines, struct hvm_settings *out, llmb_error *error) {
  out->count = 0;
  out->memory = NULL;
  if (lines == NULL) return LLMB_OK;
  if (lines->size > HVM_SETTINGS_BYTES_MAX || strlen(lines->data) != lines->size) {
    return refuse(error, LLMB_E_INVALID_ARGUMENT, "settings: more than %d bytes, or a NUL among them",
                  HVM_SETTINGS_BYTES_MAX);
  }
  out->memory = strdup(lines->data);
  if (out->memory == NULL) return refuse(error, LLMB_E_OUT_OF_MEMORY, "no memory for the settings");
  llmb_status status = LLMB_OK;
  for (char *line = out->memory, *next; status == LLMB_OK && line != NULL; line = next) {
    next = take_line(line);
    if (line[0] == '\0') continue;
    char *const equals = strchr(line, '=');
    if (equals == NULL) {
      return refuse(error, LLMB_E_INVALID_ARGUMENT, "settings: \"%.80s\" is not name=value", line);
    }
    *equals = '\0';
    status = put(out, line, equals + 1, error);
  }
  return status;
}

void settings_free(struct hvm_settings *settings) {
  free(settings->memory);
  settings->memory = NULL;
  settings->count = 0;
}

llmb_status settings_hand_over(const struct hvm_settings *settings, bool of_call, llmb_settings *to,
                               llmb_error *error) {
  llmb_status status = LLMB_OK;
  for (int i = 0; i < settings->count && status == LLMB_OK; i++) {
    const struct hvm_setting *const item = &settings->items[i];
    if (item->of_call == of_call) status = llmb_settings_set(to, item->name, item->value, error);
  }
  return status;
}

bool settings_say(const struct hvm_settings *settings, const char *name) {
  return find(settings, name) != NULL || environment_of(name) != NULL;
}

long settings_integer(const struct hvm_settings *settings, const char *name) {
  char text[VALUE_MAX_BYTES];
  const struct hvm_setting *const given = find(settings, name);
  const char *value = given != NULL ? given->value : environment_of(name);
  default_of(name, text);
  return strtol(value != NULL ? value : text, NULL, 10);
}

/* A number in one way of writing; any other text as it is. `number` is where to write it. */
static const char *one_way(const char *name, const char *value, char number[VALUE_MAX_BYTES]) {
  const char *const row = row_of(name), *const type = row != NULL ? strstr(row, "\"type\":\"") : NULL;
  if (type == NULL || (strncmp(type + 8, "integer", 7) != 0 && strncmp(type + 8, "number", 6) != 0)) return value;
  char *end = NULL;
  const double parsed = strtod(value, &end);
  if (end == value || *end != '\0') return value; /* auto */
  snprintf(number, VALUE_MAX_BYTES, "%.17g", parsed);
  return number;
}

/* Whether the bridge would be the same without it. */
static bool says_nothing_new(const char *name, const char *value) {
  char text[VALUE_MAX_BYTES], number[VALUE_MAX_BYTES];
  const char *otherwise = environment_of(name);
  if (otherwise == NULL) {
    default_of(name, text);
    if (text[0] == '\0') return false;
    otherwise = text;
  }
  return strcmp(one_way(name, otherwise, number), value) == 0;
}

char *settings_meaning(const struct hvm_settings *settings) {
  char *meaning = NULL;
  size_t size = 0;
  FILE *const out = open_memstream(&meaning, &size);
  if (out == NULL) return NULL;
  for (int i = 0; i < settings->count; i++) {
    const struct hvm_setting *const item = &settings->items[i];
    char number[VALUE_MAX_BYTES];
    const char *const value = one_way(item->name, item->value, number);
    if (item->of_call || says_nothing_new(item->name, value)) continue;
    fprintf(out, "%s=%zu:%s\n", item->name, strlen(value), value);
  }
  return fclose(out) == 0 ? meaning : NULL;
}
