/* The host's half, as the library has it: how it sleeps, gives room back, wakes the engine, and waits in the pump. */
#include "tests/unit/wake/wake_host.h"

#include "api/bridge_stage.h"
#include "api/call_settle.h"
#include "api/call_wait.h"
#include "pool/connection_hear.h"
#include "pool/pool_poll.h"

/* A step of a call, without what follows from its look. */
static bool look_for_news(llmb_call *call) {
  return call->ticket.state == TICKET_PLACED && call_slot_has_news(call);
}

/* Who else a pump looks after is nobody here; its worker's bell is. */
static void poll_worker_bell(struct pool_poll *poll) {
  poll->items[poll->count++] = (struct os_poll_item){.handle = WAKE_WORKER_BELL};
}

static void clear_worker_bell(const struct pool_poll *poll) {
  if (poll->pumped && poll->items[poll->count - 1].readable) model_clear(WAKE_WORKER_BELL);
}

static llmb_status make_waker_bell(os_handle *out_hears, os_handle *out_rings) {
  *out_hears = *out_rings = WAKE_WAKER_BELL;
  return LLMB_OK;
}

#define os_bell_create(ringer, hears, rings, os_code) ((void)(os_code), make_waker_bell((hears), (rings)))
#define stages_step(bridge, now_ns) ((void)(now_ns))
#define stages_prepare_poll(bridge, poll) poll_worker_bell(poll)
#define pool_after_poll(poll) clear_worker_bell(poll)
#define connection_clear_slot(worker, slot) model_clear((int64_t)(slot)->bell.hears)
#define call_step_locked(call, now_ns) ((void)(now_ns), look_for_news(call))
#define call_step(call, now_ns) ((void)(now_ns), look_for_news(call))

#include "pool/slot.c"

#include "pool/waker.c"

#include "api/call_wait.c"

#include "api/pump.c"

void host_sleep(llmb_call *call) {
  sleep_placed(call, LLMB_NEVER);
}
