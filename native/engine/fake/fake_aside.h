/* What the fake engine says beside its answer: reasoning, and calls of tools. */
#ifndef LLMB_FAKE_ASIDE_H
#define LLMB_FAKE_ASIDE_H

#include "engine/fake/fake_run.h"

/* Tells the calls of the steps `tool` that stand in a row as one list; the last of them is the run's step then.
 * LLMB_E_NOT_READY: the host must make room first; LLMB_E_ENGINE_ERROR: they are too long. */
llmb_status fake_tell_calls(struct fake_run *run);

llmb_status fake_tell_reasoning(const struct fake_run *run, const struct fake_step *step);

#endif
