/* What a bad time leaves behind once a worker is well again: nothing. */
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

/* What happened before the breaker opened is forgotten when it closes: the next failure is the first. */
static void closed_again__the_breaker_does_not_open_at_the_next_failure(void) {
  struct restart_policy policy = fresh(12);
  struct restart_worker worker = {0};
  uint64_t now_ns = SECOND, at_ns = 0;
  for (int i = 0; i <= LIMIT; i++) now_ns = start_and_fail(&policy, now_ns);
  restart_ask(&policy, now_ns, &at_ns);
  now_ns = at_ns;
  CHECK_INT(RESTART_NOW, restart_ask(&policy, now_ns, &at_ns));
  restart_note_start(&policy, now_ns);
  restart_note_ready(&worker, now_ns);
  restart_note_success(&policy, &worker, now_ns);
  restart_note_end(&policy, &worker, RESTART_END_FAILED, now_ns + 1);
  CHECK_INT(BREAKER_CLOSED, policy.breaker);
  CHECK_INT(RESTART_NOW, restart_ask(&policy, now_ns + 1, &at_ns));
}

/* Opens the breaker so often that its period has grown, then has a worker that is well for a good while. */
static uint64_t grow_and_heal(struct restart_policy *policy) {
  struct restart_worker worker = {0};
  uint64_t now_ns = SECOND, at_ns = 0;
  for (int i = 0; i <= LIMIT; i++) now_ns = start_and_fail(policy, now_ns);
  for (int i = 0; i < 4; i++) {
    restart_ask(policy, now_ns, &at_ns);
    now_ns = start_and_fail(policy, at_ns);
    CHECK(now_ns != 0);
  }
  restart_ask(policy, now_ns, &at_ns);
  now_ns = at_ns;
  CHECK_INT(RESTART_NOW, restart_ask(policy, now_ns, &at_ns));
  restart_note_start(policy, now_ns);
  restart_note_ready(&worker, now_ns);
  now_ns += POOL_GOOD_SPELL_NS;
  restart_note_success(policy, &worker, now_ns);
  return now_ns;
}

static void good_spell__makes_the_next_opening_a_short_one_again(void) {
  for (uint64_t seed = 1; seed < 50; seed++) {
    struct restart_policy policy = fresh(seed * 7919);
    uint64_t now_ns = grow_and_heal(&policy), at_ns = 0;
    for (int i = 0; i <= LIMIT && policy.breaker != BREAKER_OPEN; i++) {
      now_ns = start_and_fail(&policy, now_ns);
      CHECK(now_ns != 0);
    }
    CHECK_INT(RESTART_REFUSED, restart_ask(&policy, now_ns, &at_ns));
    CHECK(at_ns - now_ns <= POOL_BREAKER_FIRST_NS + POOL_BREAKER_FIRST_NS / POOL_BREAKER_SPREAD_DIVISOR);
  }
}

static void good_spell__makes_the_next_pause_a_short_one_again(void) {
  for (uint64_t seed = 1; seed < 50; seed++) {
    struct restart_policy policy = fresh(seed * 7919);
    uint64_t at_ns = 0;
    const uint64_t now_ns = grow_and_heal(&policy);
    restart_note_start(&policy, now_ns);
    restart_note_end(&policy, &never_ready, RESTART_END_FAILED, now_ns);
    CHECK_INT(RESTART_LATER, restart_ask(&policy, now_ns, &at_ns));
    CHECK(at_ns - now_ns <= POOL_BACKOFF_FIRST_NS);
  }
}

CHECK_MAIN(TEST(closed_again__the_breaker_does_not_open_at_the_next_failure),
           TEST(good_spell__makes_the_next_opening_a_short_one_again),
           TEST(good_spell__makes_the_next_pause_a_short_one_again))
