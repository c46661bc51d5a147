/* llmbridge-keeper: the only parent of a host's engines. One thread, one loop; nothing in it waits for anybody but in
 * os_poll. Started by keeper_client.c with the control socket as descriptor 3 and the host's handle as 4. */
#include <assert.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/fault_point.h"
#include "core/policy.h"
#include "keeper/keeper_engine.h"
#include "keeper/keeper_memory.h"
#include "keeper/keeper_protocol.h"
#include "keeper/keeper_reap.h"
#include "keeper/keeper_spawn.h"
#include "keeper/keeper_watch.h"
#include "platform/os_clock.h"
#include "platform/os_identity.h"
#include "platform/os_poll.h"
#include "platform/os_process.h"
#include "platform/os_socket.h"

enum { EXIT_USAGE = 2 };
enum { ITEM_CONTROL, ITEM_HOST, ITEM_SIGNALS, ITEMS_FIXED, ITEMS_PER_ENGINE = 3 };

static_assert(ITEMS_FIXED + ITEMS_PER_ENGINE * KEEPER_ENGINES_MAX <= OS_POLL_ITEMS_MAX, "one poll sees everything");

struct keeper_program {
  struct engine_table table;
  os_handle signals;
  struct rlimit descriptor_limit; /* the host's, for engines */
  bool is_ending;
  bool sweep_due; /* orphans were found: they must be gone at the next look */
};

/* Static, because they are large and most of them is never touched. */
static struct keeper_program program;
static char message[KEEPER_MESSAGE_SIZE_MAX];
static struct keeper_spawn_request request;

static bool was_started_by_library(void) {
  int type = 0;
  socklen_t size = sizeof type;
  return getsockopt(KEEPER_HANDLE_CONTROL, SOL_SOCKET, SO_TYPE, &type, &size) == 0 && type == SOCK_SEQPACKET;
}

/* Everything that must hold before an engine can be. */
static bool prepare(void) {
  const struct rlimit no_core = {0, 0};
  if (!os_identity_settle()) return false;
  setrlimit(RLIMIT_CORE, &no_core);
  getrlimit(RLIMIT_NOFILE, &program.descriptor_limit);
  struct rlimit wanted = program.descriptor_limit;
  if (wanted.rlim_cur < KEEPER_DESCRIPTORS_MIN) {
    wanted.rlim_cur = wanted.rlim_max < KEEPER_DESCRIPTORS_MIN ? wanted.rlim_max : KEEPER_DESCRIPTORS_MIN;
    setrlimit(RLIMIT_NOFILE, &wanted);
  }
  /* A folder that the host was started in must not stay busy for the keeper's sake. */
  if (chdir("/") != 0 || prctl(PR_SET_CHILD_SUBREAPER, 1) != 0) return false;
  /* A log file at its size limit, or a log pipe without a reader, is an error to the write and nothing more. */
  signal(SIGPIPE, SIG_IGN);
  signal(SIGXFSZ, SIG_IGN);
  sigset_t awaited;
  sigemptyset(&awaited);
  sigaddset(&awaited, SIGCHLD);
  sigaddset(&awaited, SIGTERM);
  sigaddset(&awaited, SIGINT);
  sigaddset(&awaited, SIGHUP);
  sigprocmask(SIG_BLOCK, &awaited, NULL);
  program.signals = signalfd(-1, &awaited, SFD_CLOEXEC | SFD_NONBLOCK);
  return program.signals >= 0;
}

static bool greet(void) {
  os_handle self = OS_HANDLE_NONE;
  int os_code;
  if (os_process_self(&self, &os_code) != LLMB_OK) return false;
  struct keeper_number_message greeting = {.head = keeper_message_head(KEEPER_MESSAGE_GREETING),
                                           .number = (uint64_t)getpid()};
  llmb_status status = os_socket_send(KEEPER_HANDLE_CONTROL, &greeting, sizeof greeting, &self, 1, &os_code);
  os_handle_close(self);
  return status == LLMB_OK;
}

/* False when the message breaks the protocol, which ends the keeper: its host is not what it takes it for. Takes the
 * handles over. */
static bool handle_message(uint64_t size, os_handle handles[2], unsigned handle_count) {
  struct keeper_number_message number;
  struct engine *engine;
  enum keeper_message_kind kind = keeper_message_check(message, size);
  if (kind == KEEPER_MESSAGE_SPAWN && handle_count == 2 && keeper_spawn_decode(message, size, &request)) {
    FAULT_POINT(KEEPER_SPAWN_READ);
    keeper_spawn_engine(&program.table, &request, handles[0], handles[1], &program.descriptor_limit);
    return true;
  }
  for (unsigned i = 0; i < handle_count; i++) os_handle_close(handles[i]);
  if (kind == KEEPER_MESSAGE_KILL && handle_count == 0) {
    memcpy(&number, message, sizeof number);
    FAULT_POINT(KEEPER_KILL_READ);
    engine = engine_find_id(&program.table, number.number);
    if (engine != NULL) engine_kill(engine); /* else it ended meanwhile */
    return true;
  }
  return false; /* GOODBYE, and everything that is not to be */
}

static void handle_control(void) {
  for (unsigned turn = 0; turn < KEEPER_CONTROL_TURN_COUNT; turn++) {
    os_handle handles[2] = {OS_HANDLE_NONE, OS_HANDLE_NONE};
    uint64_t size = 0;
    unsigned handle_count = 0;
    int os_code = 0;
    llmb_status status =
        os_socket_receive(KEEPER_HANDLE_CONTROL, message, sizeof message, &size, handles, 2, &handle_count, &os_code);
    if (status == LLMB_E_NOT_READY) return;
    /* No descriptors left: that spawn is lost, and its host sees so by its event socket. */
    if (status == LLMB_E_OUT_OF_MEMORY) continue;
    if (status == LLMB_OK && handle_message(size, handles, handle_count)) continue;
    program.is_ending = true;
    return;
  }
}

static void handle_signals(void) {
  struct signalfd_siginfo info;
  for (int i = 0; i < KEEPER_SIGNALS_TURN_COUNT; i++) {
    if (read(program.signals, &info, sizeof info) != (ssize_t)sizeof info) return;
    if (info.ssi_signo != SIGCHLD) program.is_ending = true;
  }
}

static unsigned fill_items(struct os_poll_item *items) {
  items[ITEM_CONTROL].handle = KEEPER_HANDLE_CONTROL;
  items[ITEM_HOST].handle = KEEPER_HANDLE_HOST;
  items[ITEM_SIGNALS].handle = program.signals;
  struct os_poll_item *next = items + ITEMS_FIXED;
  for (unsigned i = 0; i < program.table.count; i++) {
    const struct engine *engine = program.table.engines[i];
    (next++)->handle = engine->log_pipe;
    (next++)->handle = engine->events;
    /* Who still has to exec has nothing to ring for. */
    (next++)->handle = engine->state == ENGINE_STARTING ? engine->exec_pipe : engine->bell;
  }
  return (unsigned)(next - items);
}

static void handle_engines(const struct os_poll_item *items, unsigned engine_count) {
  const struct os_poll_item *item = items + ITEMS_FIXED;
  /* New engines are behind engine_count, and only reaping takes one away: the items are still these engines'. */
  for (unsigned i = 0; i < engine_count; i++, item += ITEMS_PER_ENGINE) {
    struct engine *engine = program.table.engines[i];
    if (item[0].readable) engine_read_log(engine, KEEPER_LOG_TURN_SIZE);
    if (item[1].readable) engine_lose_host(engine);
    if (!item[2].readable) continue;
    if (engine->state == ENGINE_STARTING) {
      engine_settle_start(engine);
    } else {
      engine_hear_bell(engine);
    }
  }
}

static void run(void) {
  struct os_poll_item items[ITEMS_FIXED + ITEMS_PER_ENGINE * KEEPER_ENGINES_MAX];
  while (!program.is_ending) {
    uint64_t wake_ns = keeper_watch_guards(&program.table);
    if (program.sweep_due) {
      uint64_t sweep_ns = os_clock_ns() + KEEPER_SWEEP_AGAIN_NS;
      if (sweep_ns < wake_ns) wake_ns = sweep_ns;
    }
    unsigned engine_count = program.table.count;
    (void)os_poll(items, fill_items(items), wake_ns);
    if (items[ITEM_HOST].readable) program.is_ending = true;
    handle_engines(items, engine_count);
    if (items[ITEM_CONTROL].readable) handle_control();
    if (items[ITEM_SIGNALS].readable) handle_signals();
    if (items[ITEM_SIGNALS].readable || program.sweep_due) program.sweep_due = keeper_reap(&program.table);
  }
}

int main(void) {
  if (!was_started_by_library()) {
    fprintf(stderr, "llmbridge-keeper: started by the llmbridge library, not by hand\n");
    return EXIT_USAGE;
  }
  FAULT_POINT(KEEPER_START);
  oom_kills_begin();
  if (!prepare() || !greet()) return EXIT_FAILURE;
  FAULT_POINT(KEEPER_GREETED);
  run();
  FAULT_POINT(KEEPER_END);
  keeper_reap_all(&program.table, program.signals);
  return EXIT_SUCCESS;
}
