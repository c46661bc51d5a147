#include "keeper/keeper_engine.h"

#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "core/fault_point.h"
#include "core/memory.h"
#include "core/policy.h"
#include "keeper/keeper_child.h"
#include "keeper/keeper_memory.h"
#include "keeper/keeper_protocol.h"
#include "platform/os_bell.h"
#include "platform/os_clock.h"
#include "platform/os_process.h"
#include "platform/os_region.h"
#include "platform/os_socket.h"

struct engine *engine_find_id(const struct engine_table *table, uint64_t id) {
  for (unsigned i = 0; i < table->count; i++) {
    if (table->engines[i]->id == id) return table->engines[i];
  }
  return NULL;
}

struct engine *engine_find_pid(const struct engine_table *table, pid_t pid) {
  for (unsigned i = 0; i < table->count; i++) {
    if (table->engines[i]->pid == pid) return table->engines[i];
  }
  return NULL;
}

void engine_kill(struct engine *engine) {
  if (engine->is_server) return;
  os_process_kill(engine->process);
  /* The number is still its own: it is not reaped. Before its setsid there is no such group, which does no harm. */
  kill(-engine->pid, SIGKILL);
}

void engine_send_failed(os_handle events, int32_t status, const char *step, int os_code) {
  struct keeper_failed_message message = {
      .head = keeper_message_head(KEEPER_MESSAGE_SPAWN_FAILED), .status = status, .os_code = os_code};
  snprintf(message.step, sizeof message.step, "%s", step);
  int ignored;
  (void)os_socket_send(events, &message, sizeof message, NULL, 0, &ignored);
}

void engine_settle_start(struct engine *engine) {
  struct keeper_child_report report;
  ssize_t size;
  do {
    size = read(engine->exec_pipe, &report, sizeof report);
  } while (size < 0 && errno == EINTR);
  if (size < 0 && errno == EAGAIN) return;
  engine->exec_pipe = os_handle_close(engine->exec_pipe);
  if (size == (ssize_t)sizeof report) {
    report.step[sizeof report.step - 1] = '\0';
    bool is_missing =
        strcmp(report.step, KEEPER_STEP_EXEC) == 0 && (report.os_code == ENOENT || report.os_code == ENOTDIR);
    engine_send_failed(engine->events, is_missing ? LLMB_E_NOT_FOUND : LLMB_E_SPAWN_FAILED, report.step,
                       report.os_code);
    engine->state = ENGINE_FAILED;
    return;
  }
  /* The pipe was closed by the exec, or by a kill just before it; then EXIT follows at once. */
  struct keeper_number_message message = {.head = keeper_message_head(KEEPER_MESSAGE_SPAWNED),
                                          .number = (uint64_t)engine->pid};
  int os_code;
  engine->state = ENGINE_RUNNING;
  FAULT_POINT(KEEPER_EXEC_SEEN);
  if (os_socket_send(engine->events, &message, sizeof message, &engine->process, 1, &os_code) != LLMB_OK) {
    engine_lose_host(engine);
  }
  FAULT_POINT(KEEPER_SPAWN_TOLD);
}

void engine_read_log(struct engine *engine, uint64_t limit) {
  char bytes[4096];
  for (uint64_t taken = 0; engine->log_pipe >= 0 && taken < limit;) {
    ssize_t size = read(engine->log_pipe, bytes, sizeof bytes);
    if (size < 0 && errno == EINTR) continue;
    if (size < 0 && errno == EAGAIN) return;
    if (size <= 0) {
      engine->log_pipe = os_handle_close(engine->log_pipe);
      return;
    }
    keeper_log_append(&engine->log, bytes, (uint64_t)size);
    keeper_log_file_append(&engine->log_file, bytes, (uint64_t)size, os_clock_ns());
    taken += (uint64_t)size;
  }
}

void engine_hear_bell(struct engine *engine) {
  const enum os_bell_state state = os_bell_clear(engine->bell);
  if (state == OS_BELL_CLEAR) return;
  if (state == OS_BELL_FLOODED) engine_kill(engine);
  engine->bell = os_handle_close(engine->bell); /* a program that does not know of guards may have closed it */
}

void engine_lose_host(struct engine *engine) {
  engine->events = os_handle_close(engine->events);
  if (engine->is_session) {
    /* Its socket has ended too: it takes back what it was writing and ends, or its guard passes. */
    atomic_store(&engine->guards->guard_ns[0], os_clock_ns() + KEEPER_SESSION_GRACE_NS);
  } else {
    engine_kill(engine);
  }
}

static void send_exit(struct engine *engine, const siginfo_t *how, uint64_t peak) {
  struct keeper_exit_message message = {.head = keeper_message_head(KEEPER_MESSAGE_EXIT),
                                        .exit_kind = LLMB_EXIT_UNKNOWN,
                                        .guard_expired = engine->guard_expired};
  if (how->si_code == CLD_EXITED) message.exit_kind = LLMB_EXIT_CODE;
  if (how->si_code == CLD_KILLED || how->si_code == CLD_DUMPED) message.exit_kind = LLMB_EXIT_SIGNAL;
  message.exit_value = how->si_status;
  message.memory_was_short = how->si_code == CLD_KILLED && how->si_status == SIGKILL && memory_was_short(peak);
  message.log_size = (uint32_t)keeper_log_tail(&engine->log, message.log, sizeof message.log);
  int os_code;
  uint64_t size = offsetof(struct keeper_exit_message, log) + message.log_size;
  (void)os_socket_send(engine->events, &message, size, NULL, 0, &os_code);
}

void engine_finish(struct engine_table *table, struct engine *engine, const siginfo_t *how, uint64_t peak) {
  FAULT_POINT(KEEPER_REAPED);
  for (unsigned i = 0; i < KEEPER_GUARDS_MAX && engine->working_at_end != NULL; i++) {
    engine->working_at_end[i] = atomic_load_explicit(&engine->guards->client_of[i], memory_order_relaxed);
  }
  if (engine->state == ENGINE_STARTING) engine_settle_start(engine);
  engine_read_log(engine, KEEPER_LOG_DRAIN_SIZE);
  if (engine->state == ENGINE_RUNNING && engine->events >= 0) send_exit(engine, how, peak);
  FAULT_POINT(KEEPER_EXIT_TOLD);
  for (unsigned i = 0; i < table->count; i++) {
    if (table->engines[i] != engine) continue;
    table->engines[i] = table->engines[--table->count];
    break;
  }
  engine_free(engine);
}

void engine_free(struct engine *engine) {
  if (engine == NULL) return;
  os_handle_close(engine->process);
  os_handle_close(engine->events);
  os_handle_close(engine->lifeline);
  os_handle_close(engine->bell);
  os_handle_close(engine->exec_pipe);
  os_handle_close(engine->log_pipe);
  keeper_log_file_close(&engine->log_file);
  os_region_unmap(engine->guards, KEEPER_GUARD_REGION_SIZE);
  memory_release(engine);
}
