/* Looking at the sessions of a user, and removing one. */
#include <llmbridge/session.h>

#include "api/call_session_begin.h"
#include "api/survey.h"
#include "core/error.h"
#include "core/policy.h"
#include "core/settings_resolve.h"
#include "platform/os_clock.h"

static llmb_status run(const llmb_settings *given, const char *verb, const char *name, char **out_json,
                       llmb_error *error) {
  llmb_settings settings;
  char folder[SESSION_FOLDER_SIZE];
  if (out_json == NULL) {
    return error_set(error, LLMB_E_INVALID_ARGUMENT, LLMB_PHASE_CONFIGURE, "out_json is NULL");
  }
  *out_json = NULL;
  llmb_status status = settings_resolve_bridge(given, &settings, error);
  if (status == LLMB_OK) status = call_session_folder(&settings, folder, error);
  if (status == LLMB_OK) {
    const char *const rest[] = {settings.values[SETTING_SESSION_DIR].text, name, NULL};
    status = survey_ask(&settings, SESSION_ROLE_SURVEY, verb, rest, os_clock_ns() + SHARE_SURVEY_NS, out_json, error);
  }
  settings_clear(&settings);
  return status == LLMB_OK ? survey_outcome(out_json, error) : status;
}

llmb_status llmb_session_list(const llmb_settings *settings, char **out_json, llmb_error *out_error) {
  return run(settings, "list", NULL, out_json, out_error);
}

llmb_status llmb_session_read(const llmb_settings *settings, const char *name, char **out_json, llmb_error *out_error) {
  return run(settings, "read", name != NULL ? name : "", out_json, out_error);
}

llmb_status llmb_session_delete(const llmb_settings *settings, const char *name, llmb_error *out_error) {
  char *json = NULL;
  const llmb_status status = run(settings, "delete", name != NULL ? name : "", &json, out_error);
  llmb_free(json);
  return status;
}
