/* Looking at the shared engines of a user, and ending them. */
#include <llmbridge/shared.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api/installation_layout.h"
#include "core/error.h"
#include "core/json_reader.h"
#include "core/memory.h"
#include "core/policy.h"
#include "core/settings_resolve.h"
#include "keeper/share_ask.h"
#include "platform/os_clock.h"
#include "platform/os_local.h"

/* Has the keeper of these settings do it. */
static SMALL_FRAME llmb_status survey(const llmb_settings *settings, const char *verb, const char *key,
                                      const char *grace, uint64_t deadline_ns, char **out_json, llmb_error *error) {
  char home[INSTALLATION_PATH_MAX], program[INSTALLATION_PATH_MAX], folder[OS_LOCAL_PATH_SIZE];
  const llmb_status status = installation_home(settings, home, error);
  if (status != LLMB_OK) return status;
  if (!installation_find(home, INSTALLATION_PROGRAM, "llmbridge-keeper", program)) {
    return error_set(error, LLMB_E_NOT_FOUND, LLMB_PHASE_CONFIGURE, "llmbridge-keeper is not in %s", home);
  }
  os_local_folder(folder, 1 + SHARE_NAME_SIZE_MAX);
  const char *const rest[] = {folder, key, grace};
  return share_ask(program, verb, rest, deadline_ns, out_json, error);
}

static llmb_status run(const llmb_settings *given, const char *verb, const char *key, char **out_json,
                       llmb_error *error) {
  llmb_settings settings;
  char grace[24];
  if (out_json == NULL) {
    return error_set(error, LLMB_E_INVALID_ARGUMENT, LLMB_PHASE_CONFIGURE, "out_json is NULL");
  }
  *out_json = NULL;
  llmb_status status = settings_resolve_bridge(given, &settings, error);
  if (status == LLMB_OK) {
    const int64_t grace_ms = settings.values[SETTING_GRACE_MS].integer;
    snprintf(grace, sizeof grace, "%lld", (long long)grace_ms);
    const uint64_t wait_ns = key != NULL ? (uint64_t)grace_ms * 1000000u + SHARE_SURVEY_NS : SHARE_SURVEY_NS;
    status = survey(&settings, verb, key, key != NULL ? grace : NULL, os_clock_ns() + wait_ns, out_json, error);
  }
  settings_clear(&settings);
  return status;
}

llmb_status llmb_shared_list(const llmb_settings *settings, char **out_json, llmb_error *out_error) {
  return run(settings, "list", NULL, out_json, out_error);
}

llmb_status llmb_shared_stop(const llmb_settings *settings, const char *key, char **out_json, llmb_error *out_error) {
  if (key == NULL) return error_set(out_error, LLMB_E_INVALID_ARGUMENT, LLMB_PHASE_CONFIGURE, "key is NULL");
  llmb_status status = run(settings, "stop", key, out_json, out_error);
  if (status != LLMB_OK) return status;
  const struct json_value report = json_read(*out_json, strlen(*out_json));
  const struct json_value refused = json_member(report, "status"), text = json_member(report, "message");
  if (refused.kind != JSON_NUMBER) return status;
  status = (llmb_status)strtol(refused.text, NULL, 10);
  if (status == LLMB_OK) return status;
  char message[512] = "";
  if (text.kind == JSON_STRING && text.size < sizeof message) json_string_copy(text, message);
  memory_release(*out_json);
  *out_json = NULL;
  return error_set(out_error, status, LLMB_PHASE_CONFIGURE, "%s", message);
}
