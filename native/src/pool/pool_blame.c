/* A death that one of several calls explains is not counted as long as it may be so: death_case.h. */
#include "pool/pool_blame.h"

#include <stddef.h>

#include "pool/connection.h"
#include "pool/restart_policy.h"

void pool_settle_suspect(struct pool *pool, struct pool_ticket *ticket, bool cleared, uint64_t now_ns) {
  if (ticket->death_case == 0) return;
  if (death_case_leave(&pool->cases, ticket->death_case, cleared)) restart_charge(&pool->restart, now_ns);
  ticket->death_case = 0;
}

static bool is_draining(const struct slot *slot) {
  return slot->state == SLOT_DRAINING;
}

static bool is_hung(const struct slot *slot) {
  return is_draining(slot) && slot->hung;
}

static uint32_t count_slots(const struct connection *worker, bool (*has)(const struct slot *slot)) {
  uint32_t count = 0;
  for (uint32_t i = 0; i < worker->slot_count; i++) count += has(&worker->slots[i]);
  return count;
}

/* Whether the death is one request's: the engine worked on nothing else, or stood still over nothing else, or the
 * request's call has ended already. */
static bool is_explained(const struct connection *worker) {
  if (worker->cause == DEATH_OURS) return worker->failure == LLMB_E_ENGINE_HUNG && count_slots(worker, is_hung) == 1;
  if (!death_consequence(worker->cause)->is_evidence) return false;
  if (worker->share.working_at_end > worker->busy_at_end) return true; /* by other hosts' requests, or not: not by us */
  if (worker->busy_at_end == 0) return false;
  return worker->busy_at_end == 1 || death_consequence(worker->cause)->against_largest ||
         count_slots(worker, is_draining) > 0;
}

/* Each call of the engine is a suspect of its death, in this case (0: in none); what it was suspected of before is not
 * cleared up any more. */
static void suspect_calls(struct pool *pool, const struct connection *worker, uint32_t death_case, uint64_t now_ns) {
  for (uint32_t i = 0; i < worker->slot_count; i++) {
    struct pool_ticket *owner = worker->slots[i].state == SLOT_BUSY ? worker->slots[i].owner : NULL;
    if (owner == NULL) continue;
    pool_settle_suspect(pool, owner, false, now_ns);
    owner->death_case = death_case;
  }
}

enum restart_end pool_charge_death(struct pool *pool, const struct connection *worker, uint64_t now_ns) {
  const bool evidence = death_consequence(worker->cause)->is_evidence;
  const bool explained = is_explained(worker), open = evidence && !explained && worker->busy_at_end > 0;
  const bool excused = death_row_excuses(&pool->deaths, worker->cause, explained || open, now_ns);
  if (evidence) {
    const uint32_t number = excused && open ? death_case_open(&pool->cases, worker->busy_at_end) : 0;
    suspect_calls(pool, worker, number, now_ns);
  }
  if (excused) return RESTART_END_EXCUSED;
  return worker->cause == DEATH_UNKNOWN ? RESTART_END_PAUSED : RESTART_END_FAILED;
}
