/* The page that an engine and the keeper share: until when each slot must have ended, and when the keeper looks next.
 *
 * The engine arms a guard at the start of a call and disarms it at its end, without a system call as a rule: only a
 * guard earlier than the keeper's next look needs a ring to it. That takes the same care as a doorbell:
 *
 *   engine: store guard, then load keeper_wake; later than the guard? ring
 *   keeper: store keeper_wake, then load the guards; one earlier? choose a new time and start over
 *
 * All four are sequentially consistent: whichever comes second sees the other's store, so no guard is slept through.
 * The engine may scribble over the page; the only one that this can hurt is the engine. */
#ifndef LLMB_KEEPER_GUARD_H
#define LLMB_KEEPER_GUARD_H

#include <stdatomic.h>
#include <stdint.h>

#include "keeper/keeper_limits.h"

enum { KEEPER_GUARD_MAGIC = 0x67424c4c, KEEPER_GUARD_VERSION = 1, KEEPER_GUARD_LINE_SIZE = 64 };
enum { KEEPER_GUARD_REGION_SIZE = 4096 };

#define KEEPER_GUARD_DISARMED UINT64_C(0)
#define KEEPER_WAKE_WHEN_TOLD UINT64_MAX

struct keeper_guard_page {
  uint32_t magic, version, slot_count, reserved;
  /* Lines of their own: the keeper writes one, the engine's calls the others. */
  _Alignas(KEEPER_GUARD_LINE_SIZE) _Atomic uint64_t keeper_wake_ns;
  _Alignas(KEEPER_GUARD_LINE_SIZE) _Atomic uint64_t guard_ns[KEEPER_GUARDS_MAX]; /* absolute, monotonic */
};

#endif
