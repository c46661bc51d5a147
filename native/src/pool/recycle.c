#include "pool/recycle.h"

#include "core/policy.h"
#include "pool/chance.h"

struct recycle recycle_begin(const struct recycle_limits *limits, uint64_t *chance) {
  const uint64_t spread = limits->calls / POOL_RECYCLE_SPREAD_DIVISOR;
  return (struct recycle){
      .calls_left = limits->calls - spread + chance_below(chance, 2 * spread + 1),
      .growth_bytes = limits->growth_bytes,
      .look_ns = UINT64_MAX,
  };
}

bool recycle_note_call(struct recycle *recycle) {
  return recycle->calls_left > 0 && --recycle->calls_left == 0;
}

bool recycle_measures(const struct recycle *recycle, uint64_t now_ns) {
  return recycle->growth_bytes > 0 && now_ns >= recycle->look_ns;
}

void recycle_note_ready(struct recycle *recycle, uint64_t bytes, uint64_t now_ns) {
  recycle->bytes_when_ready = bytes;
  recycle->look_ns = now_ns + POOL_GROWTH_LOOK_NS;
}

bool recycle_note_memory(struct recycle *recycle, uint64_t bytes, uint64_t now_ns) {
  recycle->look_ns = now_ns + POOL_GROWTH_LOOK_NS;
  return bytes > recycle->bytes_when_ready && bytes - recycle->bytes_when_ready > recycle->growth_bytes;
}
