/* Looking at the shared engines of a user, and ending them. */
#include <llmbridge/shared.h>

#include <stdio.h>

#include "api/survey.h"
#include "core/error.h"
#include "core/policy.h"
#include "core/settings_resolve.h"
#include "keeper/share_protocol.h"
#include "platform/os_clock.h"
#include "platform/os_local.h"

static llmb_status run(const llmb_settings *given, const char *verb, const char *key, char **out_json,
                       llmb_error *error) {
  llmb_settings settings;
  char grace[24], folder[OS_LOCAL_PATH_SIZE];
  if (out_json == NULL) {
    return error_set(error, LLMB_E_INVALID_ARGUMENT, LLMB_PHASE_CONFIGURE, "out_json is NULL");
  }
  *out_json = NULL;
  llmb_status status = settings_resolve_bridge(given, &settings, error);
  if (status == LLMB_OK) {
    const int64_t grace_ms = settings.values[SETTING_GRACE_MS].integer;
    snprintf(grace, sizeof grace, "%lld", (long long)grace_ms);
    const uint64_t wait_ns = key != NULL ? (uint64_t)grace_ms * 1000000u + SHARE_SURVEY_NS : SHARE_SURVEY_NS;
    os_local_folder(folder, 1 + SHARE_NAME_SIZE_MAX);
    const char *const rest[] = {folder, key, key != NULL ? grace : NULL};
    status = survey_ask(&settings, SHARE_ROLE_SURVEY, verb, rest, os_clock_ns() + wait_ns, out_json, error);
  }
  settings_clear(&settings);
  return status;
}

llmb_status llmb_shared_list(const llmb_settings *settings, char **out_json, llmb_error *out_error) {
  return run(settings, "list", NULL, out_json, out_error);
}

llmb_status llmb_shared_stop(const llmb_settings *settings, const char *key, char **out_json, llmb_error *out_error) {
  if (key == NULL) return error_set(out_error, LLMB_E_INVALID_ARGUMENT, LLMB_PHASE_CONFIGURE, "key is NULL");
  const llmb_status status = run(settings, "stop", key, out_json, out_error);
  return status == LLMB_OK ? survey_outcome(out_json, out_error) : status;
}
