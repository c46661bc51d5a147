#include "keeper/keeper_client.h"

#include <limits.h>
#include <stdatomic.h>
#include <stddef.h>

#include "core/error.h"
#include "core/fault_point.h"
#include "core/memory.h"
#include "core/policy.h"
#include "keeper/keeper_environment.h"
#include "keeper/keeper_protocol.h"
#include "platform/os_clock.h"
#include "platform/os_path.h"
#include "platform/os_poll.h"
#include "platform/os_process.h"
#include "platform/os_socket.h"

struct keeper {
  os_handle control, process;
  _Atomic uint64_t id_next;
};

/* Starts the program with its end of the control socket and a handle of this process. */
static llmb_status start_program(const char *program_path, os_handle control, llmb_error *error) {
  os_handle self = OS_HANDLE_NONE;
  char **environment = NULL;
  int os_code = 0;
  const char *step = "pidfd";
  llmb_status status = os_process_self(&self, &os_code);
  if (status != LLMB_OK) goto finish;
  step = "environment";
  status = keeper_environment_create(&environment);
  if (status != LLMB_OK) goto finish;

  char name[] = "llmbridge-keeper";
  char *arguments[] = {name, NULL};
  const os_handle handles[] = {control, self};
  FAULT_POINT(HOST_KEEPER_START);
  status = os_process_spawn_detached(program_path, arguments, environment, handles, 2, &os_code, &step);

finish:
  if (status != LLMB_OK) {
    error_set_os(error, status, LLMB_PHASE_START, os_code, "the keeper %s could not be started (%s)", program_path,
                 step);
  }
  memory_release(environment);
  os_handle_close(self);
  return status;
}

static llmb_status wait_for_greeting(const char *program_path, os_handle control, uint64_t until_ns,
                                     os_handle *out_process, llmb_error *error) {
  struct os_poll_item item = {.handle = control};
  const uint64_t start_ns = os_clock_ns();
  const uint64_t latest_ns = start_ns + KEEPER_START_TIMEOUT_NS;
  const uint64_t deadline_ns = until_ns < latest_ns ? until_ns : latest_ns;
  while (os_poll(&item, 1, deadline_ns) == 0) { /* 0 also when the poll itself could not be done */
    if (os_clock_ns() < deadline_ns) continue;
    return error_set(error, LLMB_E_START_TIMEOUT, LLMB_PHASE_START, "the keeper %s did not greet within %u ms",
                     program_path, (unsigned)((os_clock_ns() - start_ns) / 1000000u));
  }
  struct keeper_number_message greeting;
  uint64_t size = 0;
  unsigned handle_count = 0, version = 0;
  int os_code = 0;
  llmb_status status =
      os_socket_receive(control, &greeting, sizeof greeting, &size, out_process, 1, &handle_count, &os_code);
  if (status == LLMB_E_UNAVAILABLE) {
    return error_set(error, LLMB_E_SPAWN_FAILED, LLMB_PHASE_START, "the keeper %s ended before it greeted",
                     program_path);
  }
  if (status != LLMB_OK) {
    return error_set_os(error, status, LLMB_PHASE_START, os_code, "the keeper's greeting could not be read");
  }
  if (handle_count == 1 && keeper_message_check(&greeting, size) == KEEPER_MESSAGE_GREETING) return LLMB_OK;
  if (handle_count == 1) *out_process = os_handle_close(*out_process);
  if (keeper_message_is_foreign(&greeting, size, &version)) {
    return error_set(error, LLMB_E_PROTOCOL_ERROR, LLMB_PHASE_START, "the keeper %s has version %u, not %u",
                     program_path, version, (unsigned)KEEPER_PROTOCOL_VERSION);
  }
  return error_set(error, LLMB_E_PROTOCOL_ERROR, LLMB_PHASE_START, "%s is not a keeper: it greeted wrongly",
                   program_path);
}

llmb_status keeper_start(const char *program_path, uint64_t deadline_ns, struct keeper **out_keeper,
                         llmb_error *error) {
  os_handle control[2] = {OS_HANDLE_NONE, OS_HANDLE_NONE}, process = OS_HANDLE_NONE;
  void *block = NULL;
  int os_code = 0;
  *out_keeper = NULL;
  llmb_status status = memory_allocate(sizeof(struct keeper), &block);
  if (status != LLMB_OK) {
    return error_set(error, status, LLMB_PHASE_START, "no memory for the keeper");
  }
  status = os_socket_pair(control, &os_code);
  if (status != LLMB_OK) {
    error_set_os(error, status, LLMB_PHASE_START, os_code, "the keeper's socket could not be made");
    goto finish;
  }
  status = start_program(program_path, control[1], error);
  if (status != LLMB_OK) goto finish;
  control[1] = os_handle_close(control[1]); /* so that the keeper's end shows */
  FAULT_POINT(HOST_KEEPER_STARTED);
  status = wait_for_greeting(program_path, control[0], deadline_ns, &process, error);
  if (status != LLMB_OK) goto finish; /* closing the socket ends a keeper that is merely slow */

  FAULT_POINT(HOST_KEEPER_GREETED);
  *out_keeper = block;
  **out_keeper = (struct keeper){.control = control[0], .process = process, .id_next = 1};
  block = NULL;
  control[0] = process = OS_HANDLE_NONE;

finish:
  os_handle_close(process);
  os_handle_close(control[0]);
  os_handle_close(control[1]);
  memory_release(block);
  return status;
}

bool keeper_alive(struct keeper *keeper) {
  /* After its greeting a keeper says nothing here: whatever can be read is the end. */
  struct os_poll_item items[] = {{.handle = keeper->process}, {.handle = keeper->control}};
  return os_poll(items, 2, 0) == 0;
}

static llmb_status send_number(struct keeper *keeper, enum keeper_message_kind kind, uint64_t number) {
  struct keeper_number_message message = {.head = keeper_message_head(kind), .number = number};
  int os_code;
  return os_socket_send(keeper->control, &message, sizeof message, NULL, 0, &os_code);
}

void keeper_stop(struct keeper *keeper) {
  if (keeper == NULL) return;
  uint64_t now_ns = os_clock_ns();
  (void)send_number(keeper, KEEPER_MESSAGE_GOODBYE, 0);
  FAULT_POINT(HOST_GOODBYE);
  struct os_poll_item item = {.handle = keeper->process};
  if (os_poll(&item, 1, now_ns + KEEPER_STOP_TIMEOUT_NS) == 0) {
    os_process_kill(keeper->process);
    (void)os_poll(&item, 1, now_ns + KEEPER_STOP_TIMEOUT_NS + KEEPER_REAP_TIMEOUT_NS);
  }
  os_process_reap(keeper->process);
  keeper_abandon(keeper);
}

void keeper_kill(struct keeper *keeper) {
  os_process_kill(keeper->process);
}

void keeper_abandon(struct keeper *keeper) {
  if (keeper == NULL) return;
  os_handle_close(keeper->control);
  os_handle_close(keeper->process);
  memory_release(keeper);
}

/* Sends a SPAWN, waiting for room once if the keeper is behind. */
static llmb_status send_spawn(struct keeper *keeper, const void *message, uint64_t size, const os_handle handles[2],
                              llmb_error *error) {
  uint64_t deadline_ns = os_clock_ns() + KEEPER_SEND_TIMEOUT_NS;
  int os_code = 0;
  llmb_status status;
  do {
    status = os_socket_send(keeper->control, message, size, handles, 2, &os_code);
  } while (status == LLMB_E_NOT_READY && os_socket_wait_room(keeper->control, deadline_ns) &&
           os_clock_ns() < deadline_ns);
  if (status == LLMB_OK) return LLMB_OK;
  if (status == LLMB_E_NOT_READY) status = LLMB_E_OVERLOADED;
  return error_set_os(error, status, LLMB_PHASE_START, os_code, "the keeper did not take the order to start an engine");
}

llmb_status keeper_spawn(struct keeper *keeper, const struct keeper_spawn *spawn, struct engine_process *out,
                         llmb_error *error) {
  os_handle events[2] = {OS_HANDLE_NONE, OS_HANDLE_NONE};
  void *message = NULL;
  char folder[PATH_MAX] = "";
  int os_code = 0;
  *out = (struct engine_process){.events = OS_HANDLE_NONE, .process = OS_HANDLE_NONE};
  /* Without a folder that can be named, relative paths fail in the keeper and absolute ones work. */
  if (os_path_current_folder(folder, sizeof folder) != LLMB_OK) folder[0] = '\0';
  uint64_t size = keeper_spawn_encoded_size(spawn, folder);
  if (size == 0 || spawn->program[0] == '\0' || spawn->arguments[0] == NULL) {
    return error_set(error, LLMB_E_INVALID_ARGUMENT, LLMB_PHASE_START,
                     "the engine's command needs 1 to %d arguments and at most %d variables, of %d bytes together",
                     KEEPER_ARGUMENTS_MAX, KEEPER_ENVIRONMENT_MAX, KEEPER_MESSAGE_SIZE_MAX);
  }
  llmb_status status = memory_allocate(size, &message);
  if (status != LLMB_OK) {
    error_set(error, status, LLMB_PHASE_START, "no memory for the order to start an engine");
    goto finish;
  }
  status = os_socket_pair(events, &os_code);
  if (status != LLMB_OK) {
    error_set_os(error, status, LLMB_PHASE_START, os_code, "the engine's event socket could not be made");
    goto finish;
  }
  out->id = atomic_fetch_add(&keeper->id_next, 1);
  keeper_spawn_encode(spawn, folder, out->id, message);
  const os_handle handles[2] = {spawn->engine_socket, events[1]};
  status = send_spawn(keeper, message, size, handles, error);
  if (status != LLMB_OK) goto finish;
  FAULT_POINT(HOST_SPAWN_ASKED);
  out->events = events[0];
  events[0] = OS_HANDLE_NONE;

finish:
  os_handle_close(events[0]);
  os_handle_close(events[1]);
  memory_release(message);
  return status;
}

void engine_process_kill(struct keeper *keeper, struct engine_process *process) {
  os_process_kill(process->process);
  if (keeper != NULL) (void)send_number(keeper, KEEPER_MESSAGE_KILL, process->id);
}
