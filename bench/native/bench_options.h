/* What the command line says. */
#ifndef LLMB_BENCH_OPTIONS_H
#define LLMB_BENCH_OPTIONS_H

#include <stdbool.h>

#include "bench_model.h"

enum { BENCH_FOLDER_SIZE = 4096 };

struct bench_options {
  const char *filter;  /* metrics whose names contain it; NULL for all */
  bool exact;          /* the filter is a whole name: it is one */
  const char *threads; /* of the llama engine and its baseline: as the setting has it */
  bool json, quick, list, pin, help;
  double scale;                         /* of every metric's time */
  char programs[BENCH_FOLDER_SIZE];     /* where this program and the keeper lie */
  char helpers[BENCH_FOLDER_SIZE + 32]; /* lib/llmbridge/ of an installed tree */
  char shared[BENCH_FOLDER_SIZE + 32];  /* share/llmbridge/ */
  struct bench_models models;
};

/* Reads the command line; false after saying on stderr what is wrong with it. */
bool bench_options_read(struct bench_options *out, int argc, char **argv);

void bench_options_print_usage(void);

#endif
