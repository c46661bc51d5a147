/* How long calls took, counted into buckets of a sixteenth of an octave, so that a million cost no memory. */
#ifndef LLMB_SOAK_LATENCY_H
#define LLMB_SOAK_LATENCY_H

#include <stdatomic.h>
#include <stdint.h>

enum { SOAK_LATENCY_STEPS = 16, SOAK_LATENCY_BUCKETS = 64 * SOAK_LATENCY_STEPS };

struct soak_latency {
  atomic_uint_fast64_t counts[SOAK_LATENCY_BUCKETS];
};

/* Any thread. */
void soak_latency_add(struct soak_latency *latency, uint64_t duration_ns);

/* Microseconds that this share of the calls did not exceed, of 0 to 1; 0 without calls. */
double soak_latency_us(const struct soak_latency *latency, double share);

#endif
