#include "keeper/keeper_watch.h"

#include "platform/os_clock.h"

/* An engine that keeps moving its guard must not keep the keeper from the others. */
enum { WATCH_ROUNDS_MAX = 4 };

static uint64_t engine_guard_earliest(const struct engine *engine) {
  uint64_t earliest_ns = KEEPER_WAKE_WHEN_TOLD;
  if (engine->guard_expired) return earliest_ns; /* it is being killed already */
  for (unsigned i = 0; i < KEEPER_GUARDS_MAX; i++) {
    uint64_t guard_ns = atomic_load(&engine->guards->guard_ns[i]);
    if (guard_ns != KEEPER_GUARD_DISARMED && guard_ns < earliest_ns) earliest_ns = guard_ns;
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

uint64_t keeper_watch_guards(struct engine_table *table) {
  uint64_t now_ns = os_clock_ns();
  for (unsigned i = 0; i < table->count; i++) {
    struct engine *engine = table->engines[i];
    if (engine_guard_earliest(engine) > now_ns) continue;
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
