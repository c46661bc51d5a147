#include "keeper/keeper_client.h"

#include <limits.h>
#include <stdatomic.h>
#include <stddef.h>
#include <string.h>

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

/* Where a keeper's start is. */
enum keeper_stage {
  KEEPER_GREETING, /* its program runs; it has not greeted yet, but orders may be sent: they wait in its socket */
  KEEPER_GREETED,
  KEEPER_FAILED /* it will never greet: `failure` says why */
};

struct keeper {
  os_handle control;
  os_handle started; /* the process until it greets, then OS_HANDLE_NONE: */
  os_handle process; /* the handle that came with its greeting */
  _Atomic uint64_t id_next;
  enum keeper_stage stage;
  uint64_t started_ns;
  uint64_t leaves_until_ns; /* once goodbye was said */
  char *program;
  llmb_error failure;
};

/* Starts the program with its end of the control socket and a handle of this process. */
static llmb_status start_program(const char *program_path, os_handle control, os_handle *out_process,
                                 llmb_error *error) {
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
  status = os_process_spawn_detached(program_path, arguments, environment, handles, 2, out_process, &os_code, &step);

finish:
  if (status != LLMB_OK) {
    error_set_os(error, status, LLMB_PHASE_START, os_code, "the keeper %s could not be started (%s)", program_path,
                 step);
  }
  memory_release(environment);
  os_handle_close(self);
  return status;
}

/* Takes the greeting out of the control socket: LLMB_E_NOT_READY if there is none yet. */
static llmb_status take_greeting(struct keeper *keeper, llmb_error *error) {
  struct keeper_number_message greeting;
  uint64_t size = 0;
  unsigned handle_count = 0, version = 0;
  int os_code = 0;
  const llmb_status status = os_socket_receive(keeper->control, &greeting, sizeof greeting, &size, &keeper->process, 1,
                                               &handle_count, &os_code);
  if (status == LLMB_E_NOT_READY) return status;
  if (status == LLMB_E_UNAVAILABLE) {
    return error_set(error, LLMB_E_SPAWN_FAILED, LLMB_PHASE_START, "the keeper %s ended before it greeted",
                     keeper->program);
  }
  if (status != LLMB_OK) {
    return error_set_os(error, status, LLMB_PHASE_START, os_code, "the keeper's greeting could not be read");
  }
  if (handle_count == 1 && keeper_message_check(&greeting, size) == KEEPER_MESSAGE_GREETING) return LLMB_OK;
  if (handle_count == 1) keeper->process = os_handle_close(keeper->process);
  if (keeper_message_is_foreign(&greeting, size, &version)) {
    return error_set(error, LLMB_E_PROTOCOL_ERROR, LLMB_PHASE_START, "the keeper %s has version %u, not %u",
                     keeper->program, version, (unsigned)KEEPER_PROTOCOL_VERSION);
  }
  return error_set(error, LLMB_E_PROTOCOL_ERROR, LLMB_PHASE_START, "%s is not a keeper: it greeted wrongly",
                   keeper->program);
}

llmb_status keeper_greeting(struct keeper *keeper, uint64_t now_ns, llmb_error *error) {
  if (keeper->stage == KEEPER_GREETING) {
    const llmb_status status = take_greeting(keeper, &keeper->failure);
    const bool late = status == LLMB_E_NOT_READY && now_ns >= keeper_greeting_until_ns(keeper);
    if (late) {
      error_set(&keeper->failure, LLMB_E_START_TIMEOUT, LLMB_PHASE_START, "the keeper %s did not greet within %u ms",
                keeper->program, (unsigned)((now_ns - keeper->started_ns) / 1000000u));
    } else if (status == LLMB_E_NOT_READY) {
      return status;
    }
    keeper->stage = status == LLMB_OK ? KEEPER_GREETED : KEEPER_FAILED;
    if (status == LLMB_OK) FAULT_POINT(HOST_KEEPER_GREETED);
    if (status == LLMB_OK) keeper->started = os_handle_close(keeper->started);
    /* The end of file ends a keeper that is merely slow, and what it was ordered to start. */
    if (status != LLMB_OK) os_socket_end(keeper->control);
  }
  if (keeper->stage == KEEPER_GREETED) return LLMB_OK;
  error_copy(error, &keeper->failure);
  return keeper->failure.status;
}

uint64_t keeper_greeting_until_ns(const struct keeper *keeper) {
  return keeper->stage == KEEPER_GREETING ? keeper->started_ns + KEEPER_START_TIMEOUT_NS : LLMB_NEVER;
}

os_handle keeper_greeting_handle(const struct keeper *keeper) {
  return keeper->stage == KEEPER_GREETING ? keeper->control : OS_HANDLE_NONE;
}

static llmb_status create(const char *program_path, struct keeper **out, llmb_error *error) {
  void *block = NULL;
  llmb_status status = memory_allocate(sizeof(struct keeper), &block);
  struct keeper *keeper = block;
  if (status == LLMB_OK) {
    keeper->control = keeper->started = keeper->process = OS_HANDLE_NONE;
    keeper->id_next = 1;
    llmb_error_init(&keeper->failure);
    status = memory_copy_text(program_path, strlen(program_path), &keeper->program);
    if (status != LLMB_OK) keeper = memory_release(keeper);
  }
  if (status != LLMB_OK) return error_set(error, status, LLMB_PHASE_START, "no memory for the keeper");
  *out = keeper;
  return LLMB_OK;
}

llmb_status keeper_launch(const char *program_path, struct keeper **out_keeper, llmb_error *error) {
  os_handle control[2] = {OS_HANDLE_NONE, OS_HANDLE_NONE};
  int os_code = 0;
  struct keeper *keeper = NULL;
  *out_keeper = NULL;
  llmb_status status = create(program_path, &keeper, error);
  if (status != LLMB_OK) return status;
  status = os_socket_pair(control, &os_code);
  if (status != LLMB_OK) {
    error_set_os(error, status, LLMB_PHASE_START, os_code, "the keeper's socket could not be made (socketpair)");
    goto finish;
  }
  keeper->control = control[0];
  keeper->started_ns = os_clock_ns();
  status = start_program(program_path, control[1], &keeper->started, error);
  if (status != LLMB_OK) goto finish;
  FAULT_POINT(HOST_KEEPER_STARTED);
  *out_keeper = keeper;
  keeper = NULL;

finish:
  os_handle_close(control[1]); /* so that the keeper's end shows */
  keeper_abandon(keeper);
  return status;
}

bool keeper_alive(struct keeper *keeper) {
  if (keeper_greeting(keeper, os_clock_ns(), NULL) != LLMB_OK) return keeper->stage == KEEPER_GREETING;
  /* After its greeting a keeper says nothing here: whatever can be read is the end. */
  struct os_poll_item items[] = {{.handle = keeper->process}, {.handle = keeper->control}};
  return os_handle_same(keeper->process) && os_handle_same(keeper->control) && os_poll(items, 2, 0) == 0;
}

static llmb_status send_number(struct keeper *keeper, enum keeper_message_kind kind, uint64_t number) {
  struct keeper_number_message message = {.head = keeper_message_head(kind), .number = number};
  int os_code;
  return os_socket_send(keeper->control, &message, sizeof message, NULL, 0, &os_code);
}

void keeper_say_goodbye(struct keeper *keeper) {
  (void)keeper_greeting(keeper, os_clock_ns(), NULL); /* it may lie there */
  os_process_kill(keeper->started);                   /* it has begun nothing, and may never look at what it is told */
  (void)send_number(keeper, KEEPER_MESSAGE_GOODBYE, 0);
  FAULT_POINT(HOST_GOODBYE);
  keeper->leaves_until_ns = os_clock_ns() + KEEPER_STOP_TIMEOUT_NS;
}

static os_handle process_of(const struct keeper *keeper) {
  return keeper->process != OS_HANDLE_NONE ? keeper->process : keeper->started;
}

bool keeper_has_left(const struct keeper *keeper) {
  return process_of(keeper) == OS_HANDLE_NONE || os_process_ended(process_of(keeper));
}

void keeper_await_end(struct keeper *keeper) {
  const os_handle process = process_of(keeper);
  struct os_poll_item item = {.handle = process};
  if (!os_handle_same(process)) {
    /* The host has closed it: nothing tells the end, which follows from the control socket's. */
  } else if (os_poll(&item, 1, keeper->leaves_until_ns) == 0) {
    os_process_kill(process);
    (void)os_poll(&item, 1, os_clock_ns() + KEEPER_REAP_TIMEOUT_NS);
  }
  if (process != OS_HANDLE_NONE) os_process_reap(process);
  keeper_abandon(keeper);
}

void keeper_kill(struct keeper *keeper) {
  os_process_kill(process_of(keeper));
  os_socket_end(keeper->control); /* it ends what was started, too */
}

void keeper_abandon(struct keeper *keeper) {
  if (keeper == NULL) return;
  os_handle_close(keeper->control);
  os_handle_close(keeper->started);
  os_handle_close(keeper->process);
  memory_release(keeper->program);
  memory_release(keeper);
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
    error_set_os(error, status, LLMB_PHASE_START, os_code, "the engine's event socket could not be made (socketpair)");
    goto finish;
  }
  out->id = atomic_fetch_add(&keeper->id_next, 1);
  keeper_spawn_encode(spawn, folder, out->id, message);
  const os_handle handles[2] = {spawn->engine_socket, events[1]};
  status = os_socket_send(keeper->control, message, size, handles, 2, &os_code);
  if (status != LLMB_OK) {
    error_set_os(error, status, LLMB_PHASE_START, os_code, "the keeper did not take the order to start an engine");
    goto finish;
  }
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
