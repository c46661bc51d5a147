#include "keeper/keeper_spawn.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "core/fault_point.h"
#include "core/memory.h"
#include "keeper/keeper_child.h"
#include "platform/os_bell.h"
#include "platform/os_region.h"
#include "platform/os_socket.h"

/* The engine's side of everything, open in the keeper only while it starts. */
struct engine_ends {
  os_handle log, lifeline, report;
};

/* A pipe whose reader never waits. */
static int create_pipe(os_handle *out_read, os_handle *out_write) {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) return -1;
  *out_read = ends[0];
  *out_write = ends[1];
  return fcntl(ends[0], F_SETFL, O_NONBLOCK);
}

/* Makes the guards' page and the bell, and leaves both in the lifeline for the engine to find. */
static llmb_status create_guards(struct engine *engine, int *os_code) {
  os_handle handles[2] = {OS_HANDLE_NONE, OS_HANDLE_NONE};
  void *page = NULL;
  llmb_status status = os_region_create(KEEPER_GUARD_REGION_SIZE, &handles[0], &page, os_code);
  if (status != LLMB_OK) goto finish;
  engine->guards = page;
  engine->guards->magic = KEEPER_GUARD_MAGIC;
  engine->guards->version = KEEPER_GUARD_VERSION;
  engine->guards->slot_count = KEEPER_GUARDS_MAX;
  status = os_bell_create(OS_BELL_PROCESS, &engine->bell, &handles[1], os_code);
  if (status != LLMB_OK) goto finish;
  struct keeper_number_message welcome = {.head = keeper_message_head(KEEPER_MESSAGE_WELCOME)};
  status = os_socket_send(engine->lifeline, &welcome, sizeof welcome, handles, 2, os_code);
  os_socket_only_send(engine->lifeline);

finish:
  os_handle_close(handles[0]);
  os_handle_close(handles[1]);
  return status;
}

/* Everything that an engine needs before there is a process; NULL, or the step that failed. */
static const char *prepare(struct engine *engine, const struct keeper_spawn_request *request, struct engine_ends *ends,
                           int *os_code) {
  os_handle lifeline[2];
  if (keeper_log_file_open(&engine->log_file, request->folder, request->log_file) != 0) {
    *os_code = errno;
    return "log_file";
  }
  if (create_pipe(&engine->log_pipe, &ends->log) != 0 || create_pipe(&engine->exec_pipe, &ends->report) != 0) {
    *os_code = errno;
    return "pipe2";
  }
  if (os_socket_pair(lifeline, os_code) != LLMB_OK) return "lifeline: socketpair";
  engine->lifeline = lifeline[0];
  ends->lifeline = lifeline[1];
  if (create_guards(engine, os_code) != LLMB_OK) return "guards: memfd_create";
  return NULL;
}

static const char *start_process(struct engine *engine, const struct keeper_child_plan *plan, int *os_code) {
  engine->pid = fork();
  if (engine->pid == 0) keeper_child_run(plan);
  if (engine->pid < 0) {
    *os_code = errno;
    return "fork";
  }
  /* No race: the number stays the child's until this process reaps it. */
  engine->process = (os_handle)syscall(SYS_pidfd_open, engine->pid, 0u);
  if (engine->process >= 0) return NULL;
  *os_code = errno;
  kill(engine->pid, SIGKILL); /* it becomes an unknown child, and is reaped as one */
  return "pidfd";
}

void keeper_spawn_engine(struct engine_table *table, const struct keeper_spawn_request *request, os_handle socket,
                         os_handle events, const struct rlimit *descriptor_limit) {
  struct engine_ends ends = {OS_HANDLE_NONE, OS_HANDLE_NONE, OS_HANDLE_NONE};
  void *block = NULL;
  struct engine *engine = NULL;
  const char *failed_step = NULL;
  int os_code = 0;
  llmb_status status = LLMB_E_SPAWN_FAILED;
  const unsigned count_max = request->is_session ? KEEPER_SESSIONS_MAX : KEEPER_ENGINES_MAX;
  if (table->count >= count_max) {
    failed_step = "limit";
    status = LLMB_E_OVERLOADED;
    goto finish;
  }
  if (memory_allocate(sizeof *engine, &block) != LLMB_OK) {
    failed_step = "memory";
    status = LLMB_E_OUT_OF_MEMORY;
    goto finish;
  }
  engine = block;
  engine->state = ENGINE_STARTING;
  engine->id = request->id;
  engine->is_server = request->is_server;
  engine->is_session = request->is_session;
  engine->process = engine->events = engine->lifeline = engine->bell = OS_HANDLE_NONE;
  engine->exec_pipe = engine->log_pipe = engine->log_file.handle = OS_HANDLE_NONE;
  failed_step = prepare(engine, request, &ends, &os_code);
  if (failed_step != NULL) goto finish;
  const struct keeper_child_plan plan = {.request = request,
                                         .log = ends.log,
                                         .socket = socket,
                                         .lifeline = ends.lifeline,
                                         .report = ends.report,
                                         .keeper_pid = getpid(),
                                         .descriptor_limit = *descriptor_limit};
  failed_step = start_process(engine, &plan, &os_code);
  if (failed_step != NULL) goto finish;
  FAULT_POINT(KEEPER_FORKED);
  engine->events = events;
  events = OS_HANDLE_NONE;
  table->engines[table->count++] = engine;
  engine = NULL;

finish:
  if (failed_step != NULL) engine_send_failed(events, status, failed_step, os_code);
  engine_free(engine);
  os_handle_close(ends.log);
  os_handle_close(ends.lifeline);
  os_handle_close(ends.report);
  os_handle_close(socket);
  os_handle_close(events);
}
