/* What the scenarios use of the host's half. */
#ifndef LLMB_TESTS_WAKE_HOST_H
#define LLMB_TESTS_WAKE_HOST_H

#include "tests/unit/wake/wake_model.h"

#include "api/bridge_object.h"
#include "api/call_object.h"
#include "pool/connection.h"

enum { WAKE_SLOT_BELL, WAKE_WORKER_BELL, WAKE_ENGINE_BELL, WAKE_WAKER_BELL };

/* Sleeps once for the call, as whoever reads it does. */
void host_sleep(llmb_call *call);

#endif
