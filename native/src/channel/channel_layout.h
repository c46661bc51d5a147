/* What stands in the memory that host and engine share.
 *
 * One region a connection: a header, the slots, then for each slot its request ring and its response ring. Every field
 * has exactly one writer, named beside it. Neither side trusts what it reads here: indices are checked against the
 * ring's size, everything else is copied once into private memory and checked there. Offsets, never pointers; no lock
 * (a dead process would keep it). */
#ifndef LLMB_CHANNEL_LAYOUT_H
#define LLMB_CHANNEL_LAYOUT_H

#include <stdatomic.h>
#include <stdint.h>

enum { CHANNEL_PROTOCOL_VERSION = 6 };
#define CHANNEL_MAGIC UINT64_C(0x31656764697262) /* "bridge1" */

/* Which of this engine's doorbells a sleeping host listens to, and for what: one that has no use for parts of an answer
 * is rung when the answer ends or its ring is half full. An engine rings the slot's bell also for a value it does not
 * know. */
enum channel_sleeper {
  CHANNEL_AWAKE = 0,
  CHANNEL_SLEEPS_ON_SLOT = 1,
  CHANNEL_SLEEPS_ON_WORKER = 2,
  CHANNEL_SLEEPS_FOR_END = 3
};

struct channel_slot {
  _Alignas(64) _Atomic uint64_t request_written;  /* host: bytes ever written */
  _Alignas(64) _Atomic uint64_t request_read;     /* engine */
  _Alignas(64) _Atomic uint64_t response_written; /* engine */
  _Alignas(64) _Atomic uint64_t response_read;    /* host */
  _Alignas(64) _Atomic uint64_t cancelled_id;     /* host: this call's answer is no longer wanted */
  _Atomic uint32_t host_sleeps;                   /* host sets, engine clears when it rings */
  _Alignas(64) _Atomic uint64_t progress; /* engine: when it last got on with the call, on the monotonic clock */
  _Atomic uint64_t first_output;          /* engine: when it first gave a part of the answer, on the same clock */
  _Atomic uint32_t engine_blocked;        /* engine sets when the response ring is full, host clears when it rings */
  _Atomic uint32_t replay_left;           /* engine: tokens of a continued answer that it has not produced again yet */
};

struct channel_region {
  uint64_t magic;
  uint32_t protocol_version;
  uint32_t slot_count;
  uint64_t region_size;
  _Alignas(64) _Atomic uint64_t request_sequence; /* host: "look again", grows with everything the engine should see */
  _Alignas(64) _Atomic uint32_t engine_sleeps;    /* engine sets, host clears when it rings */
  _Atomic uint32_t load_permille;                 /* engine */
  _Atomic uint64_t load_progress;                 /* engine: grows while it loads */
  _Alignas(64) struct channel_slot slots[];
};

/* The size of a region, and where a slot's rings begin in it. */
uint64_t channel_region_size(uint32_t slot_count);
uint8_t *channel_request_bytes(struct channel_region *region, uint32_t slot_count, uint32_t slot);
uint8_t *channel_response_bytes(struct channel_region *region, uint32_t slot_count, uint32_t slot);

#endif
