#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

#include <llmbridge/llmbridge.h>

#include "bench_metric.h"

bool bench_run_next(struct bench_run *run) {
  const bool more = run->rounds < run->metric->rounds_min || llmb_clock_ns() < run->end_ns;
  if (isatty(STDERR_FILENO)) {
    if (more) fprintf(stderr, "\r\033[K%s: round %u", run->metric->name, run->rounds + 1);
    if (!more) fputs("\r\033[K", stderr);
  }
  run->rounds++;
  return more;
}

enum bench_outcome bench_skip(struct bench_run *run, const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(run->problem, sizeof run->problem, format, arguments);
  va_end(arguments);
  return BENCH_SKIPPED;
}

enum bench_outcome bench_fail(struct bench_run *run, const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(run->problem, sizeof run->problem, format, arguments);
  va_end(arguments);
  return BENCH_FAILED;
}
