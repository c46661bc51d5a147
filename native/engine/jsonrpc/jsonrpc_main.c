/* The engine jsonrpc: a daemon of the user's that answers JSON-RPC 2.0, an object a line, on its stdin and stdout. One
 * of these processes has one daemon, so the pool's rules for processes are the daemon's: lazy start, several of them,
 * restarts, retirement. With workers=0 the daemon is started for each call instead. */
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include <llmbridge/engine.h>

#include "core/error.h"
#include "core/json_writer.h"
#include "engine/jsonrpc/jsonrpc_session.h"
#include "platform/os_poll.h"
#include "engine/tool/tool_reaper.h"
#include "engine/tool/tool_watch.h"

LLMB_API int32_t llmb_engine_module_main(llmb_engine *engine);
LLMB_API const char *llmb_engine_module_version(void);

const char *llmb_engine_module_version(void) {
  return "jsonrpc 1";
}

struct module {
  llmb_engine *engine;
  struct tool_command command;
  int waiter;
  struct session sessions[JSONRPC_CALLS_MAX]; /* a daemon each: the first one alone, or by slot */
  unsigned session_count;
  struct call calls[JSONRPC_CALLS_MAX]; /* by slot */
};

/* A daemon that is slow to start may take its time, as long as it says something on stderr: the host's
 * start_timeout_ms is for silence. */
static void await_ping(struct module *module, struct session *session) {
  uint64_t log_size = 0;
  while (!session->probe.answered && !session->over) {
    struct os_poll_item item = {.handle = module->waiter};
    os_poll(&item, 1, session_next_ns(session));
    tool_watch_look(module->waiter);
    session_step(session, llmb_clock_ns());
    if (session->daemon.tail.total_size != log_size) llmb_engine_loading(module->engine, 0);
    log_size = session->daemon.tail.total_size;
  }
}

/* Where a traceback says what is wrong. Cuts line ends off the log. */
static const char *last_line(char *log) {
  size_t size = strlen(log);
  while (size > 0 && log[size - 1] == '\n') log[--size] = 0;
  const char *line = strrchr(log, '\n');
  if (size == 0) return "it said nothing on stderr";
  return line != NULL ? line + 1 : log;
}

static llmb_status start_pooled(struct module *module, llmb_error *error) {
  struct session *session = &module->sessions[0];
  module->session_count = 1;
  *session = (struct session){.command = &module->command, .waiter = module->waiter, .calls = module->calls};
  const llmb_status status = session_open(session, llmb_clock_ns(), error);
  if (status != LLMB_OK) return status;
  await_ping(module, session);
  if (!session->over) return LLMB_OK;
  return error_set(error, session->end.status, LLMB_PHASE_LOAD, "%s before it answered ping; %s", session->end.message,
                   last_line(session->end.engine_log));
}

static void prepare_once(struct module *module) {
  module->session_count = JSONRPC_CALLS_MAX;
  for (unsigned i = 0; i < JSONRPC_CALLS_MAX; i++) {
    module->sessions[i] = (struct session){.command = &module->command,
                                           .waiter = module->waiter,
                                           .once = true,
                                           .over = true,
                                           .calls = &module->calls[i],
                                           .call_count = 1};
  }
}

static void begin_pooled(struct module *module, llmb_request *request) {
  struct session *session = &module->sessions[0];
  const unsigned slot = llmb_request_slot(request);
  if (slot >= session->call_count) session->call_count = slot + 1;
  call_begin(&session->calls[slot], request, ++session->last_place);
}

static void begin_once(struct module *module, llmb_request *request) {
  llmb_error error;
  llmb_error_init(&error);
  struct session *session = &module->sessions[llmb_request_slot(request)];
  llmb_request_accept(request); /* its very start may have effects */
  call_begin(session->calls, request, 0);
  if (session_open(session, llmb_clock_ns(), &error) == LLMB_OK) return;
  session->over = true;
  call_finish(session->calls, &error);
}

/* Takes all requests that wait, so that those that came together are seen together. */
static llmb_status take_requests(struct module *module, uint64_t deadline_ns,
                                 void (*begin)(struct module *module, llmb_request *request)) {
  for (int i = 0; i < JSONRPC_CALLS_MAX; i++) {
    llmb_request *request = NULL;
    const llmb_status status = llmb_engine_next(module->engine, deadline_ns, &request);
    if (status != LLMB_OK || request == NULL) return status;
    begin(module, request);
    deadline_ns = 0;
  }
  return LLMB_OK;
}

static int32_t serve_pooled(struct module *module) {
  struct session *session = &module->sessions[0];
  bool host_gone = false;
  while (!host_gone && (!session->over || session_delivers(session))) {
    host_gone = take_requests(module, session_next_ns(session), begin_pooled) != LLMB_OK;
    tool_watch_look(module->waiter);
    reapers_step();
    session_step(session, llmb_clock_ns());
  }
  /* A call that the daemon never had is nobody's yet: the host gives it to another process when this one has ended. */
  if (session->over) llmb_engine_last_words(module->engine, session->end.message);
  return session->over;
}

static void serve_once(struct module *module) {
  for (;;) {
    uint64_t next_ns = reapers_are_sweeping() ? llmb_clock_ns() + TOOL_SWEEP_AGAIN_NS : LLMB_NEVER;
    for (unsigned i = 0; i < module->session_count; i++) {
      const uint64_t session_ns = session_next_ns(&module->sessions[i]);
      if (session_ns < next_ns) next_ns = session_ns;
    }
    if (take_requests(module, next_ns, begin_once) != LLMB_OK) return;
    tool_watch_look(module->waiter);
    reapers_step();
    const uint64_t now_ns = llmb_clock_ns();
    for (unsigned i = 0; i < module->session_count; i++) {
      if (module->calls[i].state == CALL_FREE && module->sessions[i].over) continue;
      session_step(&module->sessions[i], now_ns);
    }
  }
}

static llmb_status say_ready(struct module *module, bool pooled, llmb_error *error) {
  const struct session *session = &module->sessions[0];
  char info[JSONRPC_INFO_SIZE_MAX + 64];
  char *text = NULL;
  struct json_writer writer;
  json_writer_begin_in(&writer, info, sizeof info);
  json_object_open(&writer);
  json_key(&writer, "engine");
  json_text(&writer, "jsonrpc");
  if (session->info.size > 0) {
    json_key(&writer, "daemon");
    json_verbatim(&writer, session->info.bytes, session->info.size);
  }
  json_object_close(&writer);
  const llmb_status status = json_writer_finish(&writer, &text);
  if (status != LLMB_OK) return error_set(error, status, LLMB_PHASE_LOAD, "no room for what the daemon says of itself");
  llmb_engine_declare(module->engine, pooled && session->repeatable ? LLMB_ENGINE_REPEATS : LLMB_ENGINE_ACTS);
  return llmb_engine_ready(module->engine, text, error);
}

static int32_t run(struct module *module) {
  llmb_error error;
  int32_t exit_status = 0;
  llmb_error_init(&error);
  const char *workers = llmb_engine_setting(module->engine, "workers");
  const bool pooled = workers == NULL || strcmp(workers, "0") != 0;
  llmb_status status = LLMB_OK;
  if (pooled) {
    status = start_pooled(module, &error);
  } else {
    prepare_once(module);
  }
  if (status == LLMB_OK) status = say_ready(module, pooled, &error);
  if (status != LLMB_OK) {
    llmb_engine_refuse(module->engine, error.status, error.message);
    exit_status = 1;
  } else if (pooled) {
    llmb_engine_watch(module->engine, module->waiter);
    exit_status = serve_pooled(module);
  } else {
    llmb_engine_watch(module->engine, module->waiter);
    serve_once(module);
  }
  for (unsigned i = 0; i < module->session_count; i++) session_close(&module->sessions[i]);
  return exit_status;
}

int32_t llmb_engine_module_main(llmb_engine *engine) {
  static struct module module;
  llmb_error error;
  llmb_error_init(&error);
  module.engine = engine;
  if (tool_command_prepare(engine, &module.command, &error) != LLMB_OK) {
    llmb_engine_refuse(engine, error.status, error.message);
    return 1;
  }
  module.waiter = epoll_create1(EPOLL_CLOEXEC);
  if (module.waiter < 0) {
    llmb_engine_refuse(engine, LLMB_E_OUT_OF_MEMORY, "could not make a descriptor to wait with");
    return 1;
  }
  const int32_t exit_status = run(&module);
  close(module.waiter);
  return exit_status;
}
