/* How the host wakes an engine, as the library has it. */
#include "tests/unit/wake/wake_model.h"

#include "pool/connection.c"
