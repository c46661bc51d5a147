#include "pool/restart_policy.h"

#include <string.h>

#include "core/policy.h"
#include "pool/chance.h"

void restart_policy_init(struct restart_policy *policy, uint32_t limit, uint64_t window_ns, uint64_t seed) {
  memset(policy, 0, sizeof *policy);
  policy->limit = limit < RESTART_LIMIT_MAX ? limit : RESTART_LIMIT_MAX;
  policy->window_ns = window_ns;
  policy->chance = seed | 1;
}

static uint64_t doubled(uint64_t first_ns, uint32_t times, uint64_t max_ns) {
  uint64_t value_ns = first_ns;
  while (times-- > 0 && value_ns < max_ns) value_ns *= 2;
  return value_ns < max_ns ? value_ns : max_ns;
}

/* Whether another restart at now_ns would be one too many: within the window, or in a row without a call answered,
 * however long each took to fail. A share of failures among the calls needs no rule of its own: where every second of
 * twenty calls in a minute kills an engine, the restarts within the window are too many long before. */
static bool limit_reached(const struct restart_policy *policy, uint64_t now_ns) {
  if (policy->limit == 0 || policy->row_count >= policy->limit) return true;
  const uint32_t oldest = (policy->restart_next + RESTART_LIMIT_MAX - policy->limit) % RESTART_LIMIT_MAX;
  const uint64_t oldest_ns = policy->restarts_ns[oldest];
  return oldest_ns != 0 && now_ns - oldest_ns < policy->window_ns;
}

static void breaker_open(struct restart_policy *policy, uint64_t now_ns) {
  const uint64_t period_ns = doubled(POOL_BREAKER_FIRST_NS, policy->opened_count, POOL_BREAKER_MAX_NS);
  const uint64_t spread_ns = period_ns / POOL_BREAKER_SPREAD_DIVISOR;
  policy->breaker = BREAKER_OPEN;
  policy->open_until_ns = now_ns + period_ns - spread_ns + chance_below(&policy->chance, 2 * spread_ns + 1);
  policy->opened_count++;
}

enum restart_verdict restart_ask(struct restart_policy *policy, uint64_t now_ns, uint64_t *at_ns) {
  if (policy->breaker == BREAKER_OPEN && now_ns >= policy->open_until_ns) policy->breaker = BREAKER_HALF_OPEN;
  if (policy->breaker == BREAKER_OPEN) {
    *at_ns = policy->open_until_ns;
    return RESTART_REFUSED;
  }
  if (policy->probing) {
    *at_ns = UINT64_MAX; /* until it is known what becomes of the probe */
    return RESTART_LATER;
  }
  *at_ns = policy->not_before_ns;
  return now_ns < policy->not_before_ns ? RESTART_LATER : RESTART_NOW;
}

static void count_restart(struct restart_policy *policy, uint64_t now_ns) {
  policy->restarts_ns[policy->restart_next] = now_ns;
  policy->restart_next = (policy->restart_next + 1) % RESTART_LIMIT_MAX;
}

void restart_note_start(struct restart_policy *policy, uint64_t now_ns) {
  policy->probing = policy->breaker == BREAKER_HALF_OPEN;
  policy->follows_death = false;
  if (!policy->pending_restart) return;
  policy->pending_restart = false;
  policy->row_count++;
  count_restart(policy, now_ns);
}

void restart_note_ready(struct restart_worker *worker, uint64_t now_ns) {
  *worker = (struct restart_worker){.ready_ns = now_ns};
}

void restart_note_success(struct restart_policy *policy, struct restart_worker *worker, uint64_t now_ns) {
  worker->answered = true;
  policy->probing = false;
  policy->row_count = 0;
  if (policy->breaker == BREAKER_HALF_OPEN) {
    policy->breaker = BREAKER_CLOSED;
    memset(policy->restarts_ns, 0, sizeof policy->restarts_ns);
  }
  if (worker->ready_ns != 0 && now_ns - worker->ready_ns >= POOL_GOOD_SPELL_NS) {
    policy->failure_count = policy->opened_count = 0;
  }
}

static void note_failure(struct restart_policy *policy, const struct restart_worker *worker, uint64_t now_ns) {
  const bool was_well = worker->ready_ns != 0 && (worker->answered || now_ns - worker->ready_ns >= POOL_WELL_AFTER_NS);
  policy->pending_restart = true;
  if (policy->breaker == BREAKER_HALF_OPEN || (policy->breaker == BREAKER_CLOSED && limit_reached(policy, now_ns))) {
    breaker_open(policy, now_ns);
  } else if (was_well) {
    policy->not_before_ns = now_ns; /* it worked until a moment ago: try at once */
  } else {
    const uint64_t range_ns = doubled(POOL_BACKOFF_FIRST_NS, policy->failure_count, POOL_BACKOFF_MAX_NS);
    const uint64_t pause_ns = chance_below(&policy->chance, range_ns + 1);
    policy->not_before_ns = now_ns + (pause_ns > POOL_BACKOFF_MIN_NS ? pause_ns : POOL_BACKOFF_MIN_NS);
    policy->failure_count++;
  }
}

void restart_note_end(struct restart_policy *policy, const struct restart_worker *worker, enum restart_end end,
                      uint64_t now_ns) {
  policy->probing = false;
  policy->follows_death |= end == RESTART_END_EXCUSED || end == RESTART_END_PAUSED || end == RESTART_END_FAILED;
  switch (end) {
    case RESTART_END_CLEAN:
    case RESTART_END_EXCUSED:
      break;
    case RESTART_END_PAUSED:
      policy->not_before_ns = now_ns + POOL_BACKOFF_MIN_NS + chance_below(&policy->chance, POOL_KILLS_PAUSE_NS);
      break;
    case RESTART_END_FAILED:
      note_failure(policy, worker, now_ns);
      break;
    case RESTART_END_PERMANENT:
      /* Its callers are told; whoever mends the cause need not wait for a breaker. */
      policy->not_before_ns = now_ns;
      break;
  }
}

void restart_charge(struct restart_policy *policy, uint64_t now_ns) {
  count_restart(policy, now_ns);
}
