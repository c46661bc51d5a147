/* What the keeper says about one engine, checked and put into the caller's terms. */
#include "keeper/keeper_event.h"

#include <stddef.h>
#include <string.h>

#include "core/error.h"
#include "keeper/keeper_protocol.h"
#include "platform/os_process.h"
#include "platform/os_socket.h"

union event_message {
  struct keeper_number_message spawned;
  struct keeper_failed_message failed;
  struct keeper_exit_message exit;
};

static bool is_exit_kind(int32_t kind) {
  return kind == LLMB_EXIT_CODE || kind == LLMB_EXIT_SIGNAL || kind == LLMB_EXIT_UNKNOWN;
}

/* False when the message is none that may come now. */
static bool read_message(struct engine_process *process, const union event_message *message, uint64_t size,
                         os_handle *handle, struct keeper_event *out) {
  switch (keeper_message_check(message, size)) {
    case KEEPER_MESSAGE_SPAWNED:
      if (*handle == OS_HANDLE_NONE || process->process != OS_HANDLE_NONE) return false;
      out->kind = KEEPER_EVENT_SPAWNED;
      process->process = *handle;
      process->pid = (int64_t)message->spawned.number;
      *handle = OS_HANDLE_NONE;
      return true;
    case KEEPER_MESSAGE_SPAWN_FAILED:
      if (process->process != OS_HANDLE_NONE || message->failed.status == LLMB_OK) return false;
      out->kind = KEEPER_EVENT_SPAWN_FAILED;
      out->status = message->failed.status;
      out->os_code = message->failed.os_code;
      error_copy_text(out->step, sizeof out->step, message->failed.step,
                      strnlen(message->failed.step, sizeof message->failed.step), 0);
      process->ended = true;
      return true;
    case KEEPER_MESSAGE_EXIT:
      if (size - offsetof(struct keeper_exit_message, log) != message->exit.log_size) return false;
      if (!is_exit_kind(message->exit.exit_kind)) return false;
      out->kind = KEEPER_EVENT_EXIT;
      out->exit_kind = message->exit.exit_kind;
      out->exit_value = message->exit.exit_value;
      out->guard_expired = message->exit.guard_expired != 0;
      out->memory_was_short = message->exit.memory_was_short != 0;
      error_copy_text(out->log, sizeof out->log, message->exit.log, message->exit.log_size, 1);
      process->ended = true;
      return true;
    case KEEPER_MESSAGE_NONE:
    case KEEPER_MESSAGE_GREETING:
    case KEEPER_MESSAGE_SPAWN:
    case KEEPER_MESSAGE_KILL:
    case KEEPER_MESSAGE_GOODBYE:
    case KEEPER_MESSAGE_WELCOME:
    case KEEPER_MESSAGE_KIND_COUNT:
      return false;
  }
  return false;
}

llmb_status engine_process_next_event(struct engine_process *process, struct keeper_event *out) {
  union event_message message;
  os_handle handle = OS_HANDLE_NONE;
  uint64_t size = 0;
  unsigned handle_count = 0;
  int os_code = 0;
  if (process->ended || process->events == OS_HANDLE_NONE) return LLMB_E_NOT_READY;
  llmb_status status =
      os_socket_receive(process->events, &message, sizeof message, &size, &handle, 1, &handle_count, &os_code);
  if (status == LLMB_E_NOT_READY) return status;
  memset(out, 0, sizeof *out);
  bool understood = status == LLMB_OK && read_message(process, &message, size, &handle, out);
  os_handle_close(handle);
  if (understood) return LLMB_OK;
  /* The end of file, or what no keeper says: either way nobody will tell any more how the engine ends. */
  memset(out, 0, sizeof *out);
  out->kind = KEEPER_EVENT_LOST;
  out->closed_here = !os_handle_same(process->events);
  out->status = LLMB_E_UNAVAILABLE;
  out->os_code = os_code;
  out->exit_kind = LLMB_EXIT_UNKNOWN;
  process->ended = true;
  return LLMB_OK;
}

void engine_process_close(struct engine_process *process) {
  os_process_reap(process->process);
  process->events = os_handle_close(process->events);
  process->process = os_handle_close(process->process);
}
