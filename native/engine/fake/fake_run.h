/* One request as the fake engine performs its script on it. Many run side by side on one thread. */
#ifndef LLMB_FAKE_RUN_H
#define LLMB_FAKE_RUN_H

#include <llmbridge/engine.h>

#include "engine/fake/fake_script.h"

struct fake_run {
  llmb_request *request; /* NULL: free */
  const struct fake_script *script;
  unsigned step;
  bool in_step;
  uint64_t done_in_step; /* pieces or bytes */
  uint64_t wake_ns;      /* nothing to do before */
  uint64_t pieces, pieces_max;
  unsigned calls;   /* of tools that were told */
  const char *odds; /* the setting logprobs, or NULL */
};

/* In a thread of a host, whose stderr is not ours. Before anything else. */
void fake_run_keep_quiet(void);

void fake_run_begin(struct fake_run *run, const struct fake_script *script, llmb_request *request);

/* Does what can be done now; the time to come back is in wake_ns: LLMB_NEVER when the host must make room first. */
void fake_run_step(struct fake_run *run);

/* Performs a step that needs no request: sleep, hang, signal, exit; false for another verb. */
bool fake_do_plain(const struct fake_step *step);

#endif
