#include "channel/channel_layout.h"

#include <assert.h>
#include <stddef.h>

#include "channel/channel_limits.h"

static_assert(sizeof(struct channel_slot) % 64 == 0, "slots must not share cache lines");
static_assert(sizeof(struct channel_region) % 64 == 0, "the first slot must start on a cache line");
static_assert(ATOMIC_LLONG_LOCK_FREE == 2, "shared counters must not need a lock");
static_assert((CHANNEL_REQUEST_RING_SIZE & (CHANNEL_REQUEST_RING_SIZE - 1)) == 0, "ring sizes are powers of two");
static_assert((CHANNEL_RESPONSE_RING_SIZE & (CHANNEL_RESPONSE_RING_SIZE - 1)) == 0, "ring sizes are powers of two");

enum { RINGS_SIZE = CHANNEL_REQUEST_RING_SIZE + CHANNEL_RESPONSE_RING_SIZE, PAGE_SIZE = 4096 };

static uint64_t rings_offset(uint32_t slot_count) {
  const uint64_t head = sizeof(struct channel_region) + (uint64_t)slot_count * sizeof(struct channel_slot);
  return (head + PAGE_SIZE - 1) / PAGE_SIZE * PAGE_SIZE;
}

uint64_t channel_region_size(uint32_t slot_count) {
  return rings_offset(slot_count) + (uint64_t)slot_count * RINGS_SIZE;
}

uint8_t *channel_request_bytes(struct channel_region *region, uint32_t slot_count, uint32_t slot) {
  return (uint8_t *)region + rings_offset(slot_count) + (uint64_t)slot * RINGS_SIZE;
}

uint8_t *channel_response_bytes(struct channel_region *region, uint32_t slot_count, uint32_t slot) {
  return channel_request_bytes(region, slot_count, slot) + CHANNEL_REQUEST_RING_SIZE;
}
