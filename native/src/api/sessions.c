/* Looking at the sessions of a user, and removing one. */
#include <llmbridge/session.h>

#include <stddef.h>

#include "api/survey.h"
#include "core/memory.h"

llmb_status llmb_session_list(const llmb_settings *settings, char **out_json, llmb_error *out_error) {
  return survey_run(settings, true, "list", NULL, out_json, out_error);
}

llmb_status llmb_session_read(const llmb_settings *settings, const char *name, char **out_json, llmb_error *out_error) {
  return survey_run(settings, true, "read", name != NULL ? name : "", out_json, out_error);
}

llmb_status llmb_session_delete(const llmb_settings *settings, const char *name, llmb_error *out_error) {
  char *json = NULL;
  const llmb_status status = survey_run(settings, true, "delete", name != NULL ? name : "", &json, out_error);
  memory_release(json);
  return status;
}
