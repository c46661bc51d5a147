#include "hvm/hvm_bridge.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "hvm/hvm_limits.h"

static struct {
  pid_t owner; /* a forked child must not use what its parent opened */
  int count;
  struct {
    llmb_bridge *bridge;
    char *lines; /* of its settings */
  } entries[HVM_BRIDGES_MAX];
} bridges;

/* Whether the setting is one of a call, or may be given for each call as well. Names that do not exist are told by
 * llmb_settings_set. */
static bool is_of_call(const char *name) {
  char key[80];
  if (snprintf(key, sizeof key, "\"name\":\"%s\"", name) >= (int)sizeof key) return true;
  const char *const entry = strstr(llmb_settings_json(), key);
  const char *const scope = entry != NULL ? strstr(entry, "\"scope\":[") : NULL;
  if (scope == NULL) return true;
  const char *const end = strchr(scope, ']'), *const call = strstr(scope, "\"call\"");
  return call != NULL && call < end;
}

/* Sets the lines of one kind, those of a call or those of a bridge, and writes the latter to `chosen`. */
static llmb_status set_lines(const struct hvm_text *lines, bool of_call, llmb_settings *settings, char *chosen,
                             llmb_error *error) {
  llmb_status status = LLMB_OK;
  char *const copy = strdup(lines->data), *rest = NULL;
  if (copy == NULL) return refuse(error, LLMB_E_OUT_OF_MEMORY, "no memory for the settings");
  for (char *line = strtok_r(copy, "\n", &rest); line != NULL; line = strtok_r(NULL, "\n", &rest)) {
    char *const equals = strchr(line, '=');
    if (equals == NULL) {
      status = refuse(error, LLMB_E_INVALID_ARGUMENT, "settings: \"%.80s\" is not name=value", line);
      break;
    }
    *equals = '\0';
    if (is_of_call(line) != of_call) continue;
    status = llmb_settings_set(settings, line, equals + 1, error);
    if (status != LLMB_OK) break;
    chosen += sprintf(chosen, "%s=%s\n", line, equals + 1);
  }
  free(copy);
  return status;
}

static void forget_the_parents(void) {
  if (bridges.owner == getpid()) return;
  for (int i = 0; i < bridges.count; i++) free(bridges.entries[i].lines);
  bridges.count = 0;
  bridges.owner = getpid();
}

/* The bridge opened with these lines, or a new one. */
static llmb_status bridge_find(const char *lines, const llmb_settings *settings, llmb_bridge **out, llmb_error *error) {
  forget_the_parents();
  for (int i = 0; i < bridges.count; i++) {
    *out = bridges.entries[i].bridge;
    if (strcmp(bridges.entries[i].lines, lines) == 0) return LLMB_OK;
  }
  if (bridges.count == HVM_BRIDGES_MAX) {
    return refuse(error, LLMB_E_OVERLOADED, "settings: one program may use %d different sets of a bridge's settings",
                  HVM_BRIDGES_MAX);
  }
  char *const kept = strdup(lines);
  if (kept == NULL) return refuse(error, LLMB_E_OUT_OF_MEMORY, "no memory for the settings");
  const llmb_status status = llmb_bridge_open(settings, out, error);
  if (status != LLMB_OK) {
    free(kept);
    return status;
  }
  bridges.entries[bridges.count].bridge = *out;
  bridges.entries[bridges.count++].lines = kept;
  return LLMB_OK;
}

llmb_status target_find(const struct hvm_text *lines, struct hvm_target *out, llmb_error *error) {
  static char nothing[] = "";
  static const struct hvm_text none = {nothing, 0};
  if (lines == NULL) lines = &none;
  *out = (struct hvm_target){NULL, NULL};
  if (lines->size > HVM_SETTINGS_BYTES_MAX || strlen(lines->data) != lines->size) {
    return refuse(error, LLMB_E_INVALID_ARGUMENT, "settings: more than %d bytes, or a NUL among them",
                  HVM_SETTINGS_BYTES_MAX);
  }
  llmb_settings *of_bridge = NULL;
  char *const chosen = calloc(lines->size + 2, 1);
  llmb_status status = LLMB_OK;
  if (chosen == NULL) status = refuse(error, LLMB_E_OUT_OF_MEMORY, "no memory for the settings");
  if (status == LLMB_OK) status = llmb_settings_create(&out->settings, error);
  if (status == LLMB_OK) status = set_lines(lines, true, out->settings, chosen, error);
  if (status == LLMB_OK) status = llmb_settings_create(&of_bridge, error);
  if (status == LLMB_OK) {
    chosen[0] = '\0';  // NOLINT(clang-analyzer-core.NullDereference): refuse never says LLMB_OK
    status = set_lines(lines, false, of_bridge, chosen, error);
  }
  if (status == LLMB_OK) status = bridge_find(chosen, of_bridge, &out->bridge, error);
  if (status != LLMB_OK) {
    llmb_settings_close(out->settings);
    out->settings = NULL;
  }
  llmb_settings_close(of_bridge);
  free(chosen);
  return status;
}
