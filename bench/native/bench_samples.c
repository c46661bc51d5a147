#include "bench_samples.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum { CAPACITY_FIRST = 1024 };

void bench_samples_add(struct bench_samples *samples, double value) {
  if (samples->count == samples->capacity) {
    samples->capacity = samples->capacity == 0 ? CAPACITY_FIRST : samples->capacity * 2;
    samples->values = realloc(samples->values, samples->capacity * sizeof *samples->values);
    if (samples->values == NULL) {
      fputs("llmbridge-bench: no memory for the measured values\n", stderr);
      exit(1);
    }
  }
  samples->values[samples->count++] = value;
}

static int value_compare(const void *left, const void *right) {
  const double a = *(const double *)left, b = *(const double *)right;
  return (a > b) - (a < b);
}

void bench_samples_sort(struct bench_samples *samples) {
  if (samples->count > 0) qsort(samples->values, samples->count, sizeof *samples->values, value_compare);
}

/* Nearest rank: always a value that was measured, never one between two. */
double bench_samples_share(const struct bench_samples *samples, double share) {
  if (samples->count == 0) return 0;
  const double rank = ceil(share * (double)samples->count);
  const size_t index = rank < 1 ? 0 : (size_t)rank - 1;
  return samples->values[index < samples->count ? index : samples->count - 1];
}

void bench_samples_free(struct bench_samples *samples) {
  free(samples->values);
  *samples = (struct bench_samples){0};
}
