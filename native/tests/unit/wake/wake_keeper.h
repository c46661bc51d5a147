/* What the scenarios use of keeper and lifeline. */
#ifndef LLMB_TESTS_WAKE_KEEPER_H
#define LLMB_TESTS_WAKE_KEEPER_H

#include "tests/unit/wake/wake_model.h"

#include "keeper/keeper_engine.h"
#include "keeper/keeper_lifeline.h"
#include "keeper/keeper_watch.h"

/* Rung by an engine whose guard is earlier than the keeper wakes. */
enum { WAKE_KEEPER_BELL = 7 };

#endif
