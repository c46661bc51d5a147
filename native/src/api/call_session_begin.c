#include "api/call_session_begin.h"

#include <stdio.h>
#include <string.h>

#include "core/error.h"
#include "core/memory.h"
#include "core/settings_pairs.h"
#include "platform/os_path.h"
#include "platform/os_random.h"

llmb_status call_session_folder(llmb_settings *settings, char folder[SESSION_FOLDER_SIZE], llmb_error *error) {
  struct setting_value *value = &settings->values[SETTING_SESSION_DIR];
  const char *base = os_environment_get("XDG_STATE_HOME"), *behind = "";
  if (value->text != NULL && value->text[0] != 0) return LLMB_OK;
  if (base == NULL || base[0] != '/') {
    base = os_environment_get("HOME");
    behind = "/.local/state";
  }
  if (base == NULL || base[0] != '/') {
    return error_set(error, LLMB_E_INVALID_ARGUMENT, LLMB_PHASE_CONFIGURE,
                     "session_dir: neither it nor XDG_STATE_HOME nor HOME says where sessions are kept");
  }
  snprintf(folder, SESSION_FOLDER_SIZE, "%.900s%s/llmbridge/sessions", base, behind);
  value->text = folder;
  value->source = SETTING_FROM_ENVIRONMENT;
  return LLMB_OK;
}

/* What the helper is asked: all settings, and the prompt behind them. */
static llmb_status make_request(struct call_session *session, llmb_settings *settings, const struct call_input *input,
                                llmb_error *error) {
  enum { SCOPE = SETTING_OF_BRIDGE | SETTING_OF_CALL };
  char folder[SESSION_FOLDER_SIZE];
  void *block = NULL;
  llmb_status status = call_session_folder(settings, folder, error);
  if (status != LLMB_OK) return status;
  session->pairs_size = settings_encoded_size(settings, SCOPE);
  session->request_size = session->pairs_size + input->sizes[0];
  status = memory_allocate(session->request_size + 1, &block);
  if (status != LLMB_OK) return error_set(error, status, LLMB_PHASE_CONFIGURE, "no memory for the session");
  session->request = block;
  settings_encode_into(settings, SCOPE, block);
  if (input->sizes[0] > 0) memcpy(session->request + session->pairs_size, input->items[0], input->sizes[0]);
  os_random(&session->id, 1);
  return LLMB_OK;
}

llmb_status call_session_begin(llmb_call *call, const llmb_settings **settings, llmb_settings *own,
                               const struct call_input *input, llmb_error *error) {
  const struct setting_value *values = (*settings)->values;
  const char *name = values[SETTING_SESSION].text;
  /* What the session brings, or nobody but its helper wants to know. */
  static const uint8_t brought[] = {SETTING_SYSTEM,       SETTING_MESSAGES,         SETTING_SESSION,
                                    SETTING_SESSION_FORK, SETTING_SESSION_OVERFLOW, SETTING_SESSION_DIR};
  if (input->kind != LLMB_REQUEST_GENERATE) return LLMB_OK;
  if (name == NULL || name[0] == 0) {
    if (values[SETTING_SESSION_FORK].source != SETTING_EXPLICIT) return LLMB_OK;
    return error_set(error, LLMB_E_INVALID_ARGUMENT, LLMB_PHASE_CONFIGURE,
                     "session_fork: there is no session that could begin so");
  }
  llmb_status status = session_use_open(&call->session);
  if (status != LLMB_OK) return error_set(error, status, LLMB_PHASE_CONFIGURE, "no memory for the session");
  (void)memccpy(call->session->name, name, 0, sizeof call->session->name - 1);
  call->session->may_drop = values[SETTING_SESSION_OVERFLOW].integer == CHOICE_OVERFLOW_DROP_OLDEST;
  if (*settings != own) *own = **settings;
  status = make_request(call->session, own, input, error);
  if (status != LLMB_OK) return status;
  for (unsigned i = 0; i < sizeof brought / sizeof *brought; i++)
    own->values[brought[i]] = (struct setting_value){.source = SETTING_FROM_DEFAULT};
  *settings = own;
  call->session->settings_size = settings_encoded_size(own, SETTING_OF_CALL);
  return LLMB_OK;
}
