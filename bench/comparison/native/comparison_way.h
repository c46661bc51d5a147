/* The ways to an LLM that a C host is measured with. Each opens what it needs on its first use, so that the first
 * answer of a fresh host is a cold start. */
#ifndef LLMB_COMPARISON_WAY_H
#define LLMB_COMPARISON_WAY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What every way computes with, whoever the host is; the hosts in other languages have the same numbers. */
enum { WAY_STREAMS_MAX = 8, WAY_CONTEXT = 1024, WAY_TEXTS_MAX = 64, WAY_DIMENSION_MAX = 1024, WAY_TEXT_SIZE = 16384 };
#define WAY_STREAMS_MAX_TEXT "8"
#define WAY_CONTEXT_TEXT "1024"

struct way_options {
  const char *program; /* this program's own file */
  const char *model;
  const char *threads;
};

struct way_answer {
  uint64_t tokens;          /* of all streams together */
  char text[WAY_TEXT_SIZE]; /* of the first stream */
  uint64_t dimension;
  float vectors[WAY_TEXTS_MAX * WAY_DIMENSION_MAX]; /* one behind the other */
  char problem[512];                                /* why it failed */
};

/* All functions return false after saying why in answer->problem. */
struct way {
  const char *name;
  bool (*generate)(const struct way_options *options, const char *prompt, unsigned streams, unsigned tokens,
                   struct way_answer *answer);
  bool (*embed)(const struct way_options *options, const char *const *texts, unsigned count, struct way_answer *answer);
  int (*helper)(void); /* process number of what computes elsewhere, 0 for none; may be NULL */
  void (*close)(void);
};

extern const struct way way_bridge;
extern const struct way way_inprocess;
extern const struct way way_popen;

bool way_fail(struct way_answer *answer, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
