/* What this process and its keeper hold: the figures that must be the same after a million faults as before. */
#ifndef LLMB_SOAK_FIGURES_H
#define LLMB_SOAK_FIGURES_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

enum { SOAK_TARGETS_SIZE_MAX = 32768 };

struct soak_process {
  unsigned descriptors, threads, children, zombies;
  uint64_t rss_kib;
};

struct soak_figures {
  struct soak_process host, keeper; /* keeper is all 0 where there is none */
  unsigned shared_entries;          /* of /dev/shm with our name, and of TMPDIR, which is this run's own */
};

/* Takes the figures of this process and of the keeper; 0 stands for no keeper. */
void soak_figures_take(struct soak_figures *out, pid_t keeper);

/* The name of a figure (not memory) that is above the limit's, NULL if none is. */
const char *soak_figures_above(const struct soak_figures *figures, const struct soak_figures *limit);

/* This process's descriptors with their targets, a line each. */
void soak_figures_targets(char out[SOAK_TARGETS_SIZE_MAX]);

/* The parent of a process, 0 if it cannot be read. */
pid_t soak_process_parent(pid_t pid);

#endif
