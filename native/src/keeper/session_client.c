#include "keeper/session_client.h"

#include <stddef.h>

#include "core/error.h"
#include "core/memory.h"
#include "core/settings_set.h"
#include "keeper/keeper_event.h"
#include "keeper/keeper_limits.h"
#include "keeper/session_wire.h"
#include "platform/os_socket.h"

void session_client_init(struct session_client *client) {
  *client = (struct session_client){.socket = OS_HANDLE_NONE, .helper_end = OS_HANDLE_NONE};
  client->process = (struct engine_process){.events = OS_HANDLE_NONE, .process = OS_HANDLE_NONE};
}

llmb_status session_client_say(struct session_client *client, enum session_message_kind kind,
                               struct session_message *message, const void *bytes, int *os_code) {
  message->head = session_message_of(kind).head;
  if (kind == SESSION_MESSAGE_OPEN) {
    os_handle pair[2];
    const llmb_status status = os_socket_pair(pair, os_code);
    if (status != LLMB_OK) return status;
    client->socket = pair[0];
    client->helper_end = pair[1];
  }
  return session_wire_send(client->socket, message, bytes, os_code);
}

llmb_status session_client_order(struct session_client *client, const char *program, const char *const *environment,
                                 llmb_error *error) {
  static const char *const arguments[] = {"llmbridge-keeper", SESSION_ROLE, NULL};
  const struct keeper_spawn spawn = {.program = program,
                                     .arguments = arguments,
                                     .environment = environment,
                                     .engine_socket = client->helper_end,
                                     .is_session = true};
  if (client->helper_end == OS_HANDLE_NONE) return LLMB_OK;
  client->keeper = keeper_hold_release(client->keeper);
  llmb_status status = keeper_hold_acquire(program, &client->keeper, error);
  if (status != LLMB_OK) return status;
  status = keeper_hold_spawn(client->keeper, &spawn, &client->process, error);
  if (status == LLMB_E_UNAVAILABLE) status = LLMB_E_NOT_READY; /* it has just ended: the next look gets another */
  if (status == LLMB_OK) client->helper_end = os_handle_close(client->helper_end);
  return status;
}

llmb_status session_client_hear(const struct session_client *client, struct session_message *out, char **out_text,
                                int *os_code) {
  const llmb_status status = session_wire_receive(client->socket, SETTING_TEXT_SIZE_MAX, out, out_text, os_code);
  if (status != LLMB_OK) return status;
  /* The engine checks the text, as it does all settings. */
  const bool has_text = *out_text != NULL && out->size > 0;
  if (has_text == (out->head.kind == SESSION_MESSAGE_TURN) && has_text == (*out_text != NULL)) return LLMB_OK;
  *out_text = memory_release(*out_text);
  return LLMB_E_PROTOCOL_ERROR;
}

llmb_status session_client_refusal(struct session_client *client, const char *name, llmb_error *error) {
  struct keeper_event event;
  if (engine_process_next_event(&client->process, &event) != LLMB_OK || event.kind != KEEPER_EVENT_SPAWN_FAILED)
    return LLMB_OK;
  if (event.status != LLMB_E_OVERLOADED) {
    return error_set_os(error, event.status, LLMB_PHASE_QUEUE, event.os_code,
                        "the helper of session '%s' could not be started (%s)", name, event.step);
  }
  return error_set(error, event.status, LLMB_PHASE_QUEUE,
                   "session '%s': %d calls of this program have sessions or wait for them, which are as many as may",
                   name, KEEPER_SESSIONS_MAX);
}

bool session_client_end(struct session_client *client) {
  struct session_message message;
  bool stored = false;
  int os_code = 0;
  os_socket_end(client->socket); /* a STORED that is not here by now cannot come any more */
  for (char *text = NULL; session_client_hear(client, &message, &text, &os_code) == LLMB_OK;) {
    stored = message.head.kind == SESSION_MESSAGE_STORED;
    memory_release(text);
  }
  client->socket = os_handle_close(client->socket);
  client->helper_end = os_handle_close(client->helper_end);
  /* Also where a child of this process has the other end of it, the keeper hears that nobody waits any more. */
  os_socket_end(client->process.events);
  engine_process_close(&client->process);
  client->keeper = keeper_hold_release(client->keeper);
  return stored;
}
