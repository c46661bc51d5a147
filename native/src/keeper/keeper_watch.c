#include "keeper/keeper_watch.h"

#include "core/policy.h"
#include "platform/os_clock.h"

/* An engine that keeps moving its guard must not keep the keeper from the others. */
enum { WATCH_ROUNDS_MAX = 4 };

static uint64_t engine_guard_earliest(const struct engine *engine) {
  uint64_t earliest_ns = KEEPER_WAKE_WHEN_TOLD;
  if (engine->guard_expired) return earliest_ns; /* it is being killed already */
  for (unsigned i = 0; i < KEEPER_GUARDS_MAX; i++) {
    uint64_t guard_ns = atomic_load(&engine->guards->guard_ns[i]);
    if (guard_ns == KEEPER_GUARD_DISARMED) continue;
    /* Called off already: when to look whether the engine has taken that in. */
    if (engine->is_shared && atomic_load(&engine->guards->called_off_ns[i]) == guard_ns) {
      guard_ns = engine->called_off_ns + KEEPER_CALLED_OFF_NS;
    }
    if (guard_ns < earliest_ns) earliest_ns = guard_ns;
  }
  return earliest_ns;
}

static uint64_t guard_earliest(const struct engine_table *table) {
  uint64_t earliest_ns = KEEPER_WAKE_WHEN_TOLD;
  for (unsigned i = 0; i < table->count; i++) {
    uint64_t guard_ns = engine_guard_earliest(table->engines[i]);
    if (guard_ns < earliest_ns) earliest_ns = guard_ns;
  }
  return earliest_ns;
}

/* A shared engine works for others too: the calls whose guards have passed are called off. It is killed if it has not
 * looked for work since then, or does not end them though it has nothing else to do, or does not for very long. */
static void watch_shared(struct engine *engine, uint64_t now_ns) {
  struct keeper_guard_page *page = engine->guards;
  unsigned going = 0, stuck = 0;
  bool is_new = false;
  for (unsigned i = 0; i < KEEPER_GUARDS_MAX; i++) {
    const uint64_t guard_ns = atomic_load(&page->guard_ns[i]);
    if (guard_ns == KEEPER_GUARD_DISARMED) continue;
    if (atomic_load(&page->called_off_ns[i]) == guard_ns) {
      stuck++;
    } else if (guard_ns <= now_ns) {
      atomic_store(&page->called_off_ns[i], guard_ns);
      is_new = true;
    } else {
      going++;
    }
  }
  if (stuck == 0) engine->stuck_since_ns = now_ns;
  if (is_new) {
    engine->called_off_ns = now_ns;
    engine->wants_nudge = true;
  } else if (atomic_load(&page->beat_ns) < engine->called_off_ns || going == 0 ||
             now_ns - engine->stuck_since_ns >= KEEPER_STUCK_NS) {
    engine->guard_expired = true;
    engine_kill(engine);
  } else {
    engine->called_off_ns = now_ns; /* it goes on with others; it is looked at again */
  }
}

uint64_t keeper_watch_guards(struct engine_table *table) {
  uint64_t now_ns = os_clock_ns();
  for (unsigned i = 0; i < table->count; i++) {
    struct engine *engine = table->engines[i];
    if (engine_guard_earliest(engine) > now_ns) continue;
    if (engine->is_shared) {
      watch_shared(engine, now_ns);
      continue;
    }
    engine->guard_expired = true;
    engine_kill(engine);
  }
  for (unsigned round = 0; round < WATCH_ROUNDS_MAX; round++) {
    uint64_t wake_ns = guard_earliest(table);
    for (unsigned i = 0; i < table->count; i++) atomic_store(&table->engines[i]->guards->keeper_wake_ns, wake_ns);
    /* One that was armed before it could see the new time; any later one sees it and says LOOK. */
    if (guard_earliest(table) >= wake_ns) return wake_ns;
  }
  return now_ns;
}
