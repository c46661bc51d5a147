/* What the fake engine says beside its answer: reasoning, and calls of tools. */
#ifndef LLMB_FAKE_ASIDE_H
#define LLMB_FAKE_ASIDE_H

#include "engine/fake/fake_run.h"

/* Tells what a step `reason` says, or the calls of the steps `tool` that stand in a row, as one list: the last of them
 * is the run's step then. Nothing to a request that generates nothing.
 * LLMB_E_NOT_READY: the host must make room first; LLMB_E_ENGINE_ERROR: the calls are too long. */
llmb_status fake_tell_aside(struct fake_run *run, const struct fake_step *step);

#endif
