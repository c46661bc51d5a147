/* Everything at once: a quiet bridge whose latency is watched, two rough ones whose engines are killed and stopped, a
 * wide one of several engines where calls are cancelled, the llama engine with the demonstration model where it is
 * built, and bridges of a moment to engines that lie. */
#include <signal.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "tests/soak/soak.h"

enum { PARTS = 60, PART_SECONDS_MIN = 2, CHANCES = 1000, ROUGH_COUNT = 2 };

enum { QUIET, ROUGH, ROUGHER, WIDE, LLAMA }; /* the places of the bridges; the last may be missing */

#define DISTURBED (SOAK_MAY(LLMB_E_ENGINE_CRASHED) | SOAK_MAY(LLMB_E_ENGINE_HUNG))

// clang-format off
static const struct soak_bridge_kind kinds[] = {
    [QUIET] = {"quiet", {"engine", "fake", "command", "echo", NULL}, .workers = 1, .slots = 4},
    [ROUGH] = {"rough", {"engine", "fake", "command", "echo; pieces 3 1", "stall_timeout_ms", "100", "grace_ms", "50", NULL},
               .pieces = 3, .workers = 1, .slots = 4, .may_fail = DISTURBED},
    [ROUGHER] = {"rougher", {"engine", "fake", "command", "echo; pieces 8 0", "stall_timeout_ms", "100", "grace_ms", "50", NULL},
                 .pieces = 8, .workers = 1, .slots = 4, .may_fail = DISTURBED},
    [WIDE] = {"wide", {"engine", "fake", "command", "echo; pieces 2 1", "workers", "3", "slots", "2", NULL},
              .pieces = 2, .workers = 3, .slots = 2},
    [LLAMA] = {"llama", {"engine", "llama", "slots", "1", "threads", "1", "retries", "5", NULL}, SOAK_FIXED,
               .workers = 1, .slots = 1, .may_fail = DISTURBED | SOAK_MAY(LLMB_E_POISONED)},
};
// clang-format on

static const struct soak_bridge_kind liars[] = {
    {"garbage", {"engine", "fake", "command", "garbage", NULL}, .may_fail = SOAK_MAY(LLMB_E_PROTOCOL_ERROR)},
    {"wrong length", {"engine", "fake", "command", "wrong_length", NULL}, .may_fail = SOAK_MAY(LLMB_E_PROTOCOL_ERROR)},
    {"bad UTF-8",
     {"engine", "fake", "command", "bad_utf8", NULL},
     SOAK_FIXED,
     .may_fail = SOAK_MAY(LLMB_E_OUTPUT_INVALID)},
};

/* What an undisturbed engine says is right from then on. */
static void learn_llama(struct soak *soak, struct soak_bridge *bridge) {
  llmb_error error;
  llmb_error_init(&error);
  const llmb_status status = llmb_generate(bridge->bridge, (const uint8_t *)SOAK_FIXED_PROMPT,
                                           strlen(SOAK_FIXED_PROMPT), NULL, &bridge->fixed, NULL, NULL, &error);
  if (status != LLMB_OK) soak_violation(&soak->tally, "the llama engine does not answer: %s", error.message);
}

static void mixed_open(struct soak *soak) {
  soak->parts = soak->options.seconds / PART_SECONDS_MIN < PARTS ? 2 : PARTS;
  for (unsigned i = 0; i < LLAMA; i++) soak_add_bridge(soak, &kinds[i]);
  struct soak_bridge *llama = soak_add_bridge(soak, &kinds[LLAMA]);
  soak->has_llama = llama != NULL;
  if (llama != NULL) learn_llama(soak, llama);
}

static struct soak_bridge *any_rough(struct soak_thread *thread) {
  return &thread->soak->bridges[ROUGH + random_next(&thread->random, ROUGH_COUNT)];
}

static void ask(struct soak_thread *thread, const struct soak_bridge *bridge) {
  soak_call_start(&thread->calls[0], &thread->soak->tally, bridge, &thread->random);
  soak_call_end(&thread->calls[0], 0);
  if (bridge == &thread->soak->bridges[QUIET]) soak_watch(thread, soak_call_duration_ns(&thread->calls[0]));
}

static void ask_and_cancel(struct soak_thread *thread, const struct soak_bridge *bridge) {
  struct soak_call *call = &thread->calls[0];
  soak_call_start(call, &thread->soak->tally, bridge, &thread->random);
  for (uint64_t pieces = random_next(&thread->random, 3); pieces > 0; pieces--) soak_call_read_piece(call);
  if (call->call != NULL) llmb_call_cancel(call->call);
  soak_call_end(call, SOAK_MAY(LLMB_E_CANCELLED));
  atomic_fetch_add(&thread->soak->tally.cancels, 1);
}

/* An engine that has answered gets a signal in the middle of the next call. One that is stopped is mostly found and
 * ended by the library, at times it goes on too late. */
static void ask_and_disturb(struct soak_thread *thread, struct soak_bridge *bridge, int signal_number) {
  struct soak_call *call = &thread->calls[0];
  pthread_mutex_lock(&bridge->disturbance);
  const int engine = soak_crowd(thread, bridge) ? soak_bridge_engine(bridge) : -1;
  if (engine >= 0) {
    soak_call_start(call, &thread->soak->tally, bridge, &thread->random);
    for (uint64_t pieces = random_next(&thread->random, 4); pieces > 0; pieces--) soak_call_read_piece(call);
    soak_engine_signal(engine, signal_number);
    soak_call_end(call, 0);
    if (random_next(&thread->random, 4) == 0) soak_engine_signal(engine, SIGCONT);
    close(engine);
    atomic_fetch_add(signal_number == SIGKILL ? &thread->soak->tally.kills : &thread->soak->tally.stops, 1);
  }
  pthread_mutex_unlock(&bridge->disturbance);
}

static void ask_a_liar(struct soak_thread *thread) {
  struct soak_tally *tally = &thread->soak->tally;
  const struct soak_bridge_kind *kind = &liars[random_next(&thread->random, sizeof liars / sizeof liars[0])];
  struct soak_bridge bridge;
  if (!soak_bridge_open(tally, kind, &bridge)) return;
  soak_call_start(&thread->calls[0], tally, &bridge, &thread->random);
  if (kind->answer == SOAK_FIXED) { /* what stands before the fault may be delivered */
    memcpy(thread->calls[0].expected, "good ", 5);
    thread->calls[0].expected_size = 5;
  }
  if (soak_call_end(&thread->calls[0], 0) == LLMB_OK) soak_violation(tally, "%s was believed", kind->name);
  soak_bridge_close(&bridge);
  atomic_fetch_add(&tally->garbage, 1);
}

static void do_something(struct soak_thread *thread) {
  struct soak *soak = thread->soak;
  struct soak_bridge *quiet = &soak->bridges[QUIET], *wide = &soak->bridges[WIDE];
  struct soak_bridge *llama = soak->has_llama ? &soak->bridges[LLAMA] : NULL;
  const uint64_t chance = random_next(&thread->random, CHANCES);
  if (chance < 10) {
    ask_a_liar(thread);
  } else if (chance < 20) {
    ask_and_disturb(thread, llama != NULL && chance == 10 ? llama : any_rough(thread), SIGKILL);
  } else if (chance < 30) {
    ask_and_disturb(thread, any_rough(thread), SIGSTOP);
  } else if (chance < 80) {
    ask_and_cancel(thread, chance < 50 ? wide : any_rough(thread));
  } else if (chance < 90) {
    soak_crowd(thread, wide);
  } else if (chance < 100 && llama != NULL) {
    ask(thread, llama);
  } else if (chance < 200) {
    soak_embed(&soak->tally, quiet, &thread->random);
  } else if (chance < 300) {
    ask(thread, wide);
  } else if (chance < 400) {
    ask(thread, any_rough(thread));
  } else {
    ask(thread, quiet);
  }
}

static void mixed_work(struct soak_thread *thread) {
  struct soak *soak = thread->soak;
  const uint64_t until_ns = soak->start_ns + soak->options.seconds * (thread->part + 1) * 1000000000 / soak->parts;
  if (soak->bridge_count < LLAMA) return; /* a violation already */
  while (llmb_clock_ns() < until_ns && !soak_tally_hopeless(&soak->tally)) do_something(thread);
}

static double mixed_done(struct soak *soak) {
  return (double)(llmb_clock_ns() - soak->start_ns) / 1e9 / (double)soak->options.seconds;
}

const struct soak_mode soak_mixed = {
    .name = "mixed", .watched = "quiet call", .open = mixed_open, .work = mixed_work, .done = mixed_done};
