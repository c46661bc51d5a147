#include "api/survey.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api/call_session_begin.h"
#include "api/installation_layout.h"
#include "core/error.h"
#include "core/json_reader.h"
#include "core/memory.h"
#include "core/policy.h"
#include "core/settings_resolve.h"
#include "keeper/session_protocol.h"
#include "keeper/share_ask.h"
#include "platform/os_clock.h"
#include "platform/os_local.h"

/* Has the keeper of these settings do it. */
static SMALL_FRAME llmb_status ask(llmb_settings *settings, bool of_sessions, const char *verb, const char *key,
                                   char **out_json, llmb_error *error) {
  char home[INSTALLATION_PATH_MAX], program[INSTALLATION_PATH_MAX], folder[SESSION_FOLDER_SIZE], grace[24];
  const int64_t grace_ms = settings->values[SETTING_GRACE_MS].integer;
  llmb_status status = installation_home(settings, home, error);
  if (status != LLMB_OK) return status;
  if (!installation_find(home, INSTALLATION_PROGRAM, "llmbridge-keeper", program)) {
    return error_set(error, LLMB_E_NOT_FOUND, LLMB_PHASE_CONFIGURE, "llmbridge-keeper is not in %s", home);
  }
  const char *rest[] = {folder, key, of_sessions || key == NULL ? NULL : grace};
  snprintf(grace, sizeof grace, "%lld", (long long)grace_ms);
  if (of_sessions) {
    status = call_session_folder(settings, folder, error);
    if (status != LLMB_OK) return status;
    rest[0] = settings->values[SETTING_SESSION_DIR].text;
  } else {
    os_local_folder(folder, 1 + SHARE_NAME_SIZE_MAX);
  }
  const uint64_t until_ns = os_clock_ns() + (uint64_t)grace_ms * 1000000u + SHARE_SURVEY_NS;
  return share_ask(program, of_sessions ? SESSION_ROLE_SURVEY : SHARE_ROLE_SURVEY, verb, rest, until_ns, out_json,
                   error);
}

/* What the answer says of its success, in its members status and message; one that tells of a failure is freed. */
static llmb_status outcome(char **json, llmb_error *error) {
  const struct json_value report = json_read(*json, strlen(*json));
  const struct json_value refused = json_member(report, "status"), text = json_member(report, "message");
  if (refused.kind != JSON_NUMBER) return LLMB_OK;
  const llmb_status status = (llmb_status)strtol(refused.text, NULL, 10);
  if (status == LLMB_OK) return status;
  char message[512] = "";
  if (text.kind == JSON_STRING && text.size < sizeof message) json_string_copy(text, message);
  *json = memory_release(*json);
  return error_set(error, status, LLMB_PHASE_CONFIGURE, "%s", message);
}

llmb_status survey_run(const llmb_settings *given, bool of_sessions, const char *verb, const char *key, char **out_json,
                       llmb_error *error) {
  llmb_settings settings;
  if (out_json == NULL) {
    return error_set(error, LLMB_E_INVALID_ARGUMENT, LLMB_PHASE_CONFIGURE, "out_json is NULL");
  }
  *out_json = NULL;
  llmb_status status = settings_resolve_bridge(given, &settings, error);
  if (status == LLMB_OK) status = ask(&settings, of_sessions, verb, key, out_json, error);
  settings_clear(&settings);
  return status == LLMB_OK ? outcome(out_json, error) : status;
}
