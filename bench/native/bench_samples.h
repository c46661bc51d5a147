/* Measured values, and what is said of them. */
#ifndef LLMB_BENCH_SAMPLES_H
#define LLMB_BENCH_SAMPLES_H

#include <stddef.h>

struct bench_samples {
  double *values;
  size_t count, capacity;
};

/* Appends a value; ends the program if there is no memory for it. */
void bench_samples_add(struct bench_samples *samples, double value);

/* Sorts the values, so that bench_samples_share can be asked. */
void bench_samples_sort(struct bench_samples *samples);

/* The value that this share (0 to 1) of the sorted values does not exceed; 0 if there are none. */
double bench_samples_share(const struct bench_samples *samples, double share);

void bench_samples_free(struct bench_samples *samples);

#endif
