/* Cycles of: an engine that has just answered is killed at some moment; the call in flight has one outcome; the next
 * call is answered. Each thread has a bridge to itself, so that it knows which engine is whose. */
#include <signal.h>
#include <time.h>
#include <unistd.h>

#include "tests/soak/soak.h"

enum { PARTS = 100, NAP_MAX_NS = 400000 };

static const struct soak_bridge_kind kinds[] = {
    {"echo", {"engine", "fake", "command", "echo", NULL}, .workers = 1, .slots = 4},
    {"pieces", {"engine", "fake", "command", "echo; pieces 4 0", NULL}, .pieces = 4, .workers = 1, .slots = 4},
    {"slow pieces", {"engine", "fake", "command", "echo; pieces 2 1", NULL}, .pieces = 2, .workers = 1, .slots = 4},
};

enum moment { BETWEEN_CALLS, AFTER_START, AFTER_A_NAP, AFTER_A_PIECE, MOMENT_COUNT };

static void crash_open(struct soak *soak) {
  const uint64_t per_thread = soak->options.cycles / soak->options.threads;
  soak->parts = per_thread < PARTS ? 3 : PARTS;
  for (unsigned i = 0; i < soak->options.threads; i++) {
    soak_add_bridge(soak, &kinds[i % (sizeof kinds / sizeof kinds[0])]);
  }
}

static void crash_once(struct soak_thread *thread, const struct soak_bridge *bridge, enum moment moment) {
  struct soak_tally *tally = &thread->soak->tally;
  struct soak_call *call = &thread->calls[0];
  const int engine = soak_bridge_engine(bridge);
  if (engine < 0) {
    soak_violation(tally, "%s: no engine after an answer", bridge->kind->name);
    return;
  }
  if (moment == BETWEEN_CALLS) soak_engine_signal(engine, SIGKILL);
  soak_call_start(call, tally, bridge, &thread->random);
  if (moment == AFTER_A_NAP) {
    nanosleep(&(struct timespec){0, (long)random_next(&thread->random, NAP_MAX_NS)}, NULL);
  } else if (moment == AFTER_A_PIECE) {
    for (uint64_t pieces = random_next(&thread->random, 4); pieces > 0; pieces--) soak_call_read_piece(call);
  }
  if (moment != BETWEEN_CALLS) soak_engine_signal(engine, SIGKILL);
  atomic_fetch_add(&tally->kills, 1);
  soak_call_end(call, SOAK_MAY(LLMB_E_ENGINE_CRASHED));
  close(engine);
}

/* The call after the crash, which is also the good one before the next. */
static bool next_call(struct soak_thread *thread, const struct soak_bridge *bridge) {
  struct soak_call *call = &thread->calls[0];
  soak_call_start(call, &thread->soak->tally, bridge, &thread->random);
  const bool answered = soak_call_end(call, 0) == LLMB_OK;
  soak_watch(thread, soak_call_duration_ns(call));
  return answered;
}

static void crash_work(struct soak_thread *thread) {
  struct soak *soak = thread->soak;
  if (thread->number >= soak->bridge_count) return;
  const struct soak_bridge *bridge = &soak->bridges[thread->number];
  const unsigned threads = soak->options.threads;
  const uint64_t mine = soak->options.cycles / threads + (thread->number < soak->options.cycles % threads);
  const uint64_t until = mine * (thread->part + 1) / soak->parts;
  if (!next_call(thread, bridge)) return;
  for (uint64_t i = mine * thread->part / soak->parts; i < until && !soak_tally_hopeless(&soak->tally); i++) {
    crash_once(thread, bridge, (enum moment)random_next(&thread->random, MOMENT_COUNT));
    if (next_call(thread, bridge)) atomic_fetch_add(&soak->tally.cycles, 1);
  }
}

static double crash_done(struct soak *soak) {
  return (double)atomic_load(&soak->tally.cycles) / (double)soak->options.cycles;
}

const struct soak_mode soak_crash = {
    .name = "crash", .watched = "call after a crash", .open = crash_open, .work = crash_work, .done = crash_done};
