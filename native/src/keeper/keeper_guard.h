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

enum { KEEPER_GUARD_MAGIC = 0x67424c4c, KEEPER_GUARD_VERSION = 3, KEEPER_GUARD_LINE_SIZE = 64 };
enum { KEEPER_GUARD_REGION_SIZE = 4096 };

#define KEEPER_GUARD_DISARMED UINT64_C(0)
#define KEEPER_WAKE_WHEN_TOLD UINT64_MAX

struct keeper_guard_page {
  uint32_t magic, version, slot_count, reserved;
  /* Lines of their own: the keeper writes one, the engine's calls the others. */
  _Alignas(KEEPER_GUARD_LINE_SIZE) _Atomic uint64_t keeper_wake_ns;
  _Alignas(KEEPER_GUARD_LINE_SIZE) _Atomic uint64_t guard_ns[KEEPER_GUARDS_MAX]; /* absolute, monotonic */
  /* Of a shared engine and its server. */
  _Alignas(KEEPER_GUARD_LINE_SIZE) _Atomic uint64_t news;    /* keeper: grows with all that the engine should see */
  _Atomic uint32_t client_at[KEEPER_CLIENTS_MAX];            /* keeper: who is attached; 0 is nobody */
  _Atomic uint64_t called_off_ns[KEEPER_GUARDS_MAX];         /* keeper: the guard of a call to be given up */
  _Alignas(KEEPER_GUARD_LINE_SIZE) _Atomic uint64_t beat_ns; /* engine: when it last looked for work */
  _Atomic uint64_t load_progress;                            /* engine: grows while it loads */
  _Atomic uint32_t load_permille;                            /* engine */
  _Atomic uint32_t client_of[KEEPER_GUARDS_MAX];             /* engine: whose accepted call it works on */
  _Atomic uint64_t calls_of[KEEPER_CLIENTS_MAX];             /* engine: accepted of who is at that place, ever */
  _Atomic uint64_t tokens_of[KEEPER_CLIENTS_MAX];            /* engine: its work for them */
};

#endif
