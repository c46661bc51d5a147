#include "api/survey.h"

#include <stdlib.h>
#include <string.h>

#include "api/installation_layout.h"
#include "core/error.h"
#include "core/json_reader.h"
#include "core/memory.h"
#include "keeper/share_ask.h"

SMALL_FRAME llmb_status survey_ask(const llmb_settings *settings, const char *role, const char *verb,
                                   const char *const rest[3], uint64_t deadline_ns, char **out_json,
                                   llmb_error *error) {
  char home[INSTALLATION_PATH_MAX], program[INSTALLATION_PATH_MAX];
  const llmb_status status = installation_home(settings, home, error);
  if (status != LLMB_OK) return status;
  if (!installation_find(home, INSTALLATION_PROGRAM, "llmbridge-keeper", program)) {
    return error_set(error, LLMB_E_NOT_FOUND, LLMB_PHASE_CONFIGURE, "llmbridge-keeper is not in %s", home);
  }
  return share_ask(program, role, verb, rest, deadline_ns, out_json, error);
}

llmb_status survey_outcome(char **json, llmb_error *error) {
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
