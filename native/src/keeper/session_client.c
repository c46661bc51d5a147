#include "keeper/session_client.h"

#include <stddef.h>
#include <string.h>

#include "core/error.h"
#include "core/fault_point.h"
#include "core/memory.h"
#include "keeper/keeper_event.h"
#include "platform/os_region.h"
#include "platform/os_socket.h"

enum { TEXT_SIZE_MAX = 8 << 20 }; /* of a conversation: what a setting may have */

void session_client_init(struct session_client *client) {
  *client = (struct session_client){.socket = OS_HANDLE_NONE, .helper_end = OS_HANDLE_NONE};
  client->process = (struct engine_process){.events = OS_HANDLE_NONE, .process = OS_HANDLE_NONE};
}

llmb_status session_client_say(struct session_client *client, enum session_message_kind kind,
                               struct session_message *message, const void *bytes, int *os_code) {
  os_handle region = OS_HANDLE_NONE, pair[2];
  void *address = NULL;
  const uint64_t size = message->size + 1;
  llmb_status status = LLMB_OK;
  message->head = (struct session_head){SESSION_PROTOCOL_MAGIC, SESSION_PROTOCOL_VERSION, (uint16_t)kind};
  if (kind == SESSION_MESSAGE_OPEN) {
    status = os_socket_pair(pair, os_code);
    if (status != LLMB_OK) return status;
    client->socket = pair[0];
    client->helper_end = pair[1];
  }
  if (bytes == NULL) return os_socket_send(client->socket, message, sizeof *message, NULL, 0, os_code);
  status = os_region_create(size, &region, &address, os_code);
  if (status != LLMB_OK) return status;
  memcpy(address, bytes, message->size);
  status = os_socket_send(client->socket, message, sizeof *message, &region, 1, os_code);
  os_region_unmap(address, size);
  os_handle_close(region);
  return status;
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
  FAULT_POINT(HOST_SESSION_ASKED);
  return status;
}

/* Copies a text out of the region. The engine checks it as it does all settings. */
static llmb_status copy_text(os_handle region, uint64_t size, char **out, int *os_code) {
  void *address = NULL;
  if (size == 0 || size > TEXT_SIZE_MAX) return LLMB_E_PROTOCOL_ERROR;
  llmb_status status = os_region_map(region, size + 1, &address, os_code);
  if (status != LLMB_OK) return status;
  status = memory_copy_text(address, size, out);
  os_region_unmap(address, size + 1);
  return status;
}

llmb_status session_client_hear(const struct session_client *client, struct session_message *out, char **out_text,
                                int *os_code) {
  os_handle region = OS_HANDLE_NONE;
  unsigned handles = 0;
  uint64_t size = 0;
  *out_text = NULL;
  llmb_status status = os_socket_receive(client->socket, out, sizeof *out, &size, &region, 1, &handles, os_code);
  if (status != LLMB_OK) return status;
  const bool has_text = out->head.kind == SESSION_MESSAGE_TURN;
  out->text[sizeof out->text - 1] = 0;
  if (size != sizeof *out || out->head.magic != SESSION_PROTOCOL_MAGIC || has_text != (handles == 1)) {
    status = LLMB_E_PROTOCOL_ERROR;
  } else if (has_text) {
    status = copy_text(region, out->size, out_text, os_code);
  }
  if (handles == 1) os_handle_close(region);
  return status;
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
