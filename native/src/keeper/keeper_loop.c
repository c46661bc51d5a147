#include "keeper/keeper_loop.h"

#include <signal.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "core/policy.h"
#include "keeper/keeper_reap.h"
#include "keeper/keeper_watch.h"
#include "platform/os_clock.h"
#include "platform/os_identity.h"

enum { ITEM_SIGNALS, ITEMS_FIXED, ITEMS_PER_ENGINE = 3 };

bool keeper_loop_prepare(struct keeper_loop *loop) {
  const struct rlimit no_core = {0, 0};
  if (!os_identity_settle()) return false;
  setrlimit(RLIMIT_CORE, &no_core);
  getrlimit(RLIMIT_NOFILE, &loop->descriptor_limit);
  struct rlimit wanted = loop->descriptor_limit;
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
  loop->signals = signalfd(-1, &awaited, SFD_CLOEXEC | SFD_NONBLOCK);
  return loop->signals >= 0;
}

unsigned keeper_loop_items(struct keeper_loop *loop, struct os_poll_item *items, uint64_t *out_until_ns) {
  *out_until_ns = keeper_watch_guards(&loop->table);
  if (loop->sweep_due) {
    const uint64_t sweep_ns = os_clock_ns() + KEEPER_SWEEP_AGAIN_NS;
    if (sweep_ns < *out_until_ns) *out_until_ns = sweep_ns;
  }
  items[ITEM_SIGNALS].handle = loop->signals;
  struct os_poll_item *next = items + ITEMS_FIXED;
  loop->polled_count = loop->table.count;
  for (unsigned i = 0; i < loop->table.count; i++) {
    const struct engine *engine = loop->table.engines[i];
    (next++)->handle = engine->log_pipe;
    (next++)->handle = engine->events;
    /* Who still has to exec has nothing to ring for. */
    (next++)->handle = engine->state == ENGINE_STARTING ? engine->exec_pipe : engine->bell;
  }
  return (unsigned)(next - items);
}

void keeper_loop_engines(struct keeper_loop *loop, const struct os_poll_item *items) {
  const struct os_poll_item *item = items + ITEMS_FIXED;
  /* New engines are behind polled_count, and only reaping takes one away: the items are still these engines'. */
  for (unsigned i = 0; i < loop->polled_count; i++, item += ITEMS_PER_ENGINE) {
    struct engine *engine = loop->table.engines[i];
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

static void take_signals(struct keeper_loop *loop) {
  struct signalfd_siginfo info;
  for (int i = 0; i < KEEPER_SIGNALS_TURN_COUNT; i++) {
    if (read(loop->signals, &info, sizeof info) != (ssize_t)sizeof info) return;
    if (info.ssi_signo != SIGCHLD) loop->is_ending = true;
  }
}

void keeper_loop_reap(struct keeper_loop *loop, const struct os_poll_item *items) {
  if (items[ITEM_SIGNALS].readable) take_signals(loop);
  if (items[ITEM_SIGNALS].readable || loop->sweep_due) loop->sweep_due = keeper_reap(&loop->table);
}
