/* Both sides of an engine's guard times, as the library has them. */
#include "tests/unit/wake/wake_keeper.h"

#include "keeper/keeper_lifeline.c"

#include "keeper/keeper_watch.c"

void engine_kill(struct engine *engine) {
  (void)engine; /* the time of no guard ever comes here */
}
