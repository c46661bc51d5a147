/* Looking at the shared engines of a user, and ending them. */
#include <llmbridge/shared.h>

#include <stddef.h>

#include "api/survey.h"
#include "core/error.h"

llmb_status llmb_shared_list(const llmb_settings *settings, char **out_json, llmb_error *out_error) {
  return survey_run(settings, false, "list", NULL, out_json, out_error);
}

llmb_status llmb_shared_stop(const llmb_settings *settings, const char *key, char **out_json, llmb_error *out_error) {
  if (key == NULL) return error_set(out_error, LLMB_E_INVALID_ARGUMENT, LLMB_PHASE_CONFIGURE, "key is NULL");
  return survey_run(settings, false, "stop", key, out_json, out_error);
}
