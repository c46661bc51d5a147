/* What the command line says. */
#ifndef LLMB_SOAK_OPTIONS_H
#define LLMB_SOAK_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

enum { SOAK_THREADS_MAX = 64 };

enum soak_kind { SOAK_CRASH, SOAK_MIXED };

struct soak_options {
  enum soak_kind kind;
  uint64_t cycles, seconds, seed;
  unsigned threads;
  bool json, help;
};

/* Reads the command line; false after saying on stderr what is wrong with it. */
bool soak_options_read(struct soak_options *out, int argc, char **argv);

void soak_options_print_usage(void);

#endif
