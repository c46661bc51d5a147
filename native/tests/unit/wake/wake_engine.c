/* The engine's half, as the library has it. */
#include "tests/unit/wake/wake_model.h"

#include "channel/ring.c"

#include "channel/engine_send.c"

#include "channel/engine_sleep.c"
