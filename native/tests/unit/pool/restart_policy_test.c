#include "pool/restart_policy.h"

#include "tests/check.h"
#include "core/policy.h"

enum { LIMIT = 5 };
#define SECOND UINT64_C(1000000000)
#define WINDOW (60 * SECOND)

static struct restart_policy fresh(uint64_t seed) {
  struct restart_policy policy;
  restart_policy_init(&policy, LIMIT, WINDOW, seed);
  return policy;
}

static const struct restart_worker never_ready = {0};

/* Starts when allowed and fails at once; returns the time of the failure, or 0 if it was refused. */
static uint64_t start_and_fail(struct restart_policy *policy, uint64_t now_ns) {
  uint64_t at_ns = 0;
  enum restart_verdict verdict = restart_ask(policy, now_ns, &at_ns);
  if (verdict == RESTART_LATER) {
    now_ns = at_ns;
    verdict = restart_ask(policy, now_ns, &at_ns);
  }
  if (verdict != RESTART_NOW) return 0;
  restart_note_start(policy, now_ns);
  restart_note_end(policy, &never_ready, RESTART_END_FAILED, now_ns + 1);
  return now_ns + 1;
}

static void first_start__is_immediate(void) {
  struct restart_policy policy = fresh(1);
  uint64_t at_ns = 0;
  CHECK_INT(RESTART_NOW, restart_ask(&policy, SECOND, &at_ns));
}

static void failure_after_a_served_call__restarts_at_once(void) {
  struct restart_policy policy = fresh(2);
  struct restart_worker worker = {0};
  uint64_t at_ns = 0;
  restart_note_start(&policy, SECOND);
  restart_note_ready(&worker, SECOND);
  restart_note_success(&policy, &worker, SECOND);
  restart_note_end(&policy, &worker, RESTART_END_FAILED, 2 * SECOND);
  CHECK_INT(RESTART_NOW, restart_ask(&policy, 2 * SECOND, &at_ns));
}

static void failure_before_ready__pauses_between_floor_and_ceiling(void) {
  for (uint64_t seed = 1; seed < 1000; seed++) {
    struct restart_policy policy = fresh(seed * 7919);
    struct restart_worker worker = {0};
    uint64_t at_ns = 0;
    restart_note_start(&policy, SECOND);
    restart_note_end(&policy, &worker, RESTART_END_FAILED, SECOND);
    CHECK_INT(RESTART_LATER, restart_ask(&policy, SECOND, &at_ns));
    CHECK(at_ns - SECOND >= POOL_BACKOFF_MIN_NS);
    CHECK(at_ns - SECOND <= POOL_BACKOFF_FIRST_NS);
  }
}

static void more_failures_than_the_limit__open_the_breaker(void) {
  struct restart_policy policy = fresh(3);
  uint64_t now_ns = SECOND, at_ns = 0;
  /* The first start is no restart. */
  for (int i = 0; i <= LIMIT; i++) {
    now_ns = start_and_fail(&policy, now_ns);
    CHECK(now_ns != 0);
  }
  CHECK_INT(RESTART_REFUSED, restart_ask(&policy, now_ns, &at_ns));
  CHECK(at_ns - now_ns >= POOL_BREAKER_FIRST_NS - POOL_BREAKER_FIRST_NS / POOL_BREAKER_SPREAD_DIVISOR);
}

/* Each takes longer to fail than the window is: a start that hangs, say. */
static void slow_failures_in_a_row__open_the_breaker(void) {
  struct restart_policy policy = fresh(7);
  uint64_t now_ns = SECOND, at_ns = 0;
  for (int i = 0; i <= LIMIT; i++) {
    now_ns = start_and_fail(&policy, now_ns);
    CHECK(now_ns != 0);
    now_ns += 2 * WINDOW;
  }
  CHECK_INT(BREAKER_OPEN, policy.breaker);
  restart_ask(&policy, now_ns, &at_ns);
  CHECK_INT(BREAKER_HALF_OPEN, policy.breaker);
}

static void slow_failures_with_answers_between__do_not_open_it(void) {
  struct restart_policy policy = fresh(8);
  struct restart_worker worker = {0};
  uint64_t now_ns = SECOND;
  for (int i = 0; i <= 4 * LIMIT; i++) {
    now_ns = start_and_fail(&policy, now_ns);
    CHECK(now_ns != 0);
    restart_note_success(&policy, &worker, now_ns);
    now_ns += 2 * WINDOW;
  }
  CHECK_INT(BREAKER_CLOSED, policy.breaker);
}

/* The keeper has died, say, and all its engines with it. */
static void many_workers_lost_at_once__are_one_restart(void) {
  struct restart_policy policy = fresh(9);
  struct restart_worker worker = {0};
  uint64_t at_ns = 0;
  for (int i = 0; i < 8; i++) restart_note_start(&policy, SECOND);
  restart_note_ready(&worker, SECOND);
  restart_note_success(&policy, &worker, SECOND);
  for (int i = 0; i < 8; i++) restart_note_end(&policy, &worker, RESTART_END_FAILED, 2 * SECOND);
  CHECK_INT(BREAKER_CLOSED, policy.breaker);
  CHECK(restart_ask(&policy, 2 * SECOND, &at_ns) != RESTART_REFUSED);
}

/* Why there is no rule of its own for a share of failures: this one comes first. */
static void every_second_of_twenty_calls_in_a_minute_killing__opens_the_breaker(void) {
  struct restart_policy policy = fresh(10);
  struct restart_worker worker = {0};
  uint64_t now_ns = SECOND, at_ns = 0;
  for (int calls = 0; calls < 20 && policy.breaker == BREAKER_CLOSED; calls += 2) {
    if (restart_ask(&policy, now_ns, &at_ns) == RESTART_LATER) now_ns = at_ns;
    restart_note_start(&policy, now_ns);
    restart_note_ready(&worker, now_ns);
    restart_note_success(&policy, &worker, now_ns);
    now_ns += 5 * SECOND;
    restart_note_end(&policy, &worker, RESTART_END_FAILED, now_ns);
  }
  CHECK_INT(BREAKER_OPEN, policy.breaker);
  CHECK(now_ns < WINDOW);
}

static void half_open__allows_one_probe_whose_success_closes(void) {
  struct restart_policy policy = fresh(4);
  struct restart_worker worker = {0};
  uint64_t now_ns = SECOND, at_ns = 0;
  for (int i = 0; i <= LIMIT; i++) now_ns = start_and_fail(&policy, now_ns);
  restart_ask(&policy, now_ns, &at_ns);
  now_ns = at_ns;
  CHECK_INT(RESTART_NOW, restart_ask(&policy, now_ns, &at_ns));
  restart_note_start(&policy, now_ns);
  CHECK_INT(RESTART_LATER, restart_ask(&policy, now_ns, &at_ns));
  restart_note_ready(&worker, now_ns);
  restart_note_success(&policy, &worker, now_ns);
  CHECK_INT(BREAKER_CLOSED, policy.breaker);
  CHECK_INT(RESTART_NOW, restart_ask(&policy, now_ns, &at_ns));
}

static void half_open__failure_opens_for_longer(void) {
  struct restart_policy policy = fresh(5);
  uint64_t now_ns = SECOND, at_ns = 0;
  for (int i = 0; i <= LIMIT; i++) now_ns = start_and_fail(&policy, now_ns);
  uint64_t last_ns = 0;
  for (int i = 0; i < 8; i++) {
    CHECK_INT(RESTART_REFUSED, restart_ask(&policy, now_ns, &at_ns));
    const uint64_t period_ns = at_ns - now_ns;
    CHECK(period_ns <= POOL_BREAKER_MAX_NS + POOL_BREAKER_MAX_NS / POOL_BREAKER_SPREAD_DIVISOR);
    CHECK(i > 2 || period_ns > last_ns); /* a fifth of spread cannot hide a doubling */
    CHECK(i < 4 || period_ns >= POOL_BREAKER_MAX_NS - POOL_BREAKER_MAX_NS / POOL_BREAKER_SPREAD_DIVISOR);
    last_ns = period_ns;
    now_ns = start_and_fail(&policy, at_ns);
    CHECK(now_ns != 0);
  }
}

static void permanent_failure__neither_pauses_nor_counts(void) {
  struct restart_policy policy = fresh(6);
  struct restart_worker worker = {0};
  uint64_t at_ns = 0;
  for (uint64_t i = 1; i < 100; i++) {
    CHECK_INT(RESTART_NOW, restart_ask(&policy, i * SECOND, &at_ns));
    restart_note_start(&policy, i * SECOND);
    restart_note_end(&policy, &worker, RESTART_END_PERMANENT, i * SECOND);
  }
}

static uint64_t chance(uint64_t *state) {
  *state ^= *state << 13;
  *state ^= *state >> 7;
  *state ^= *state << 17;
  return *state;
}

/* One life of a pool: random pauses, starts whenever allowed, random ends; checks what must hold at every step. */
static const char *live(uint64_t seed) {
  struct restart_policy policy = fresh(seed);
  struct restart_worker worker = {0};
  uint64_t state = seed * 2654435761u | 1, now_ns = SECOND, restarts_ns[64] = {0};
  unsigned restarts = 0;
  bool failed_before = false;
  for (int step = 0; step < 40; step++) {
    now_ns += chance(&state) % (chance(&state) % 8 == 0 ? 90 * SECOND : SECOND / 4);
    uint64_t at_ns = 0;
    const enum restart_verdict verdict = restart_ask(&policy, now_ns, &at_ns);
    if (verdict == RESTART_REFUSED && (at_ns <= now_ns || at_ns - now_ns > 72 * SECOND)) return "refused for too long";
    if (verdict == RESTART_LATER && at_ns - now_ns > POOL_BACKOFF_MAX_NS) return "paused for too long";
    if (verdict != RESTART_NOW) continue;
    if (failed_before) {
      restarts_ns[restarts++ % 64] = now_ns;
      unsigned recent = 0;
      for (int i = 0; i < 64; i++) recent += restarts_ns[i] != 0 && now_ns - restarts_ns[i] < WINDOW;
      /* The limit, and a probe every four seconds at the most while the breaker opens and closes. */
      if (recent > 2 * LIMIT + WINDOW / (4 * SECOND)) return "more restarts than the limit and the probes allow";
    }
    restart_note_start(&policy, now_ns);
    worker = (struct restart_worker){0};
    const unsigned fate = chance(&state) % 8;
    if (fate >= 3) {
      restart_note_ready(&worker, now_ns);
      now_ns += chance(&state) % (2 * SECOND);
    }
    if (fate >= 5) restart_note_success(&policy, &worker, now_ns);
    failed_before = fate != 7;
    restart_note_end(&policy, &worker, fate == 7 ? RESTART_END_CLEAN : RESTART_END_FAILED, now_ns);
    if ((unsigned)policy.breaker >= BREAKER_STATE_COUNT) return "an unknown state";
  }
  return NULL;
}

static void a_million_seeded_lives__break_no_invariant(void) {
  for (uint64_t seed = 1; seed <= 1000000; seed++) {
    const char *broken = live(seed);
    if (broken == NULL) continue;
    fprintf(stderr, "seed %llu: %s\n", (unsigned long long)seed, broken);
    CHECK(broken == NULL);
    return;
  }
}

/* Each worker's end is judged by its own life, not by that of another that came or went meanwhile. */
static void worker_that_was_well__is_restarted_at_once_whatever_the_others_did(void) {
  struct restart_policy policy = fresh(11);
  struct restart_worker first = {0}, second = {0};
  uint64_t at_ns = 0;
  restart_note_start(&policy, SECOND);
  restart_note_ready(&first, SECOND);
  restart_note_success(&policy, &first, SECOND);
  restart_note_start(&policy, 2 * SECOND);
  restart_note_ready(&second, 2 * SECOND);
  restart_note_success(&policy, &second, 2 * SECOND);
  restart_note_end(&policy, &first, RESTART_END_FAILED, 3 * SECOND);
  CHECK_INT(RESTART_NOW, restart_ask(&policy, 3 * SECOND, &at_ns));
  restart_note_end(&policy, &second, RESTART_END_FAILED, 3 * SECOND);
  CHECK_INT(RESTART_NOW, restart_ask(&policy, 3 * SECOND, &at_ns));
}

CHECK_MAIN(TEST(worker_that_was_well__is_restarted_at_once_whatever_the_others_did), TEST(first_start__is_immediate),
           TEST(failure_after_a_served_call__restarts_at_once),
           TEST(failure_before_ready__pauses_between_floor_and_ceiling),
           TEST(more_failures_than_the_limit__open_the_breaker), TEST(slow_failures_in_a_row__open_the_breaker),
           TEST(slow_failures_with_answers_between__do_not_open_it), TEST(many_workers_lost_at_once__are_one_restart),
           TEST(every_second_of_twenty_calls_in_a_minute_killing__opens_the_breaker),
           TEST(half_open__allows_one_probe_whose_success_closes), TEST(half_open__failure_opens_for_longer),
           TEST(permanent_failure__neither_pauses_nor_counts), TEST(a_million_seeded_lives__break_no_invariant))
