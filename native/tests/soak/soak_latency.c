#include "tests/soak/soak_latency.h"

static unsigned bucket_of(uint64_t duration_ns) {
  if (duration_ns < SOAK_LATENCY_STEPS) return (unsigned)duration_ns;
  const unsigned octave = 63 - (unsigned)__builtin_clzll(duration_ns);
  const unsigned step = (unsigned)(duration_ns >> (octave - 4)) % SOAK_LATENCY_STEPS;
  return octave * SOAK_LATENCY_STEPS + step;
}

/* The upper edge of a bucket. */
static double edge_ns(unsigned bucket) {
  const unsigned octave = bucket / SOAK_LATENCY_STEPS, step = bucket % SOAK_LATENCY_STEPS;
  if (octave == 0) return step;
  return (double)(UINT64_C(1) << octave) * (1 + (step + 1.0) / SOAK_LATENCY_STEPS);
}

void soak_latency_add(struct soak_latency *latency, uint64_t duration_ns) {
  atomic_fetch_add_explicit(&latency->counts[bucket_of(duration_ns)], 1, memory_order_relaxed);
}

double soak_latency_us(const struct soak_latency *latency, double share) {
  uint64_t total = 0, below = 0;
  for (unsigned i = 0; i < SOAK_LATENCY_BUCKETS; i++) total += latency->counts[i];
  for (unsigned i = 0; i < SOAK_LATENCY_BUCKETS; i++) {
    below += latency->counts[i];
    if (total > 0 && (double)below >= share * (double)total) return edge_ns(i) / 1000;
  }
  return 0;
}
