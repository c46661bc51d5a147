#include "channel/engine_channel.h"
#include "channel/engine_receive.h"
#include "channel/engine_say.h"
#include "channel/engine_send.h"
#include "channel/engine_share.h"
#include "channel/engine_sleep.h"
#include "platform/os_clock.h"

/* Looks at every slot of the only client once, from where the last look ended so that no slot is served before all
 * others each time. */
static llmb_status look_at_slots(llmb_engine *engine, llmb_request **out_request) {
  struct engine_client *client = &engine->only;
  engine_note_writes(engine);
  engine->look_again = false;
  for (uint32_t i = 0; i < client->slot_count; i++) {
    const uint32_t slot = (client->next_slot + i) % client->slot_count;
    struct llmb_request *request = &client->requests[slot];
    engine_flush_backlog(request);
    bool complete = false;
    const llmb_status status = engine_receive(request, &complete);
    if (status != LLMB_OK) return status;
    if (complete) {
      engine_receive_begin(request);
      client->next_slot = slot + 1;
      engine->look_again = true;
      *out_request = request;
      return LLMB_OK;
    }
  }
  return LLMB_OK;
}

static llmb_status look(llmb_engine *engine, llmb_request **out_request) {
  return engine->is_shared ? engine_share_look(engine, out_request) : look_at_slots(engine, out_request);
}

static void spin(llmb_engine *engine, uint64_t until_ns) {
  while (!engine_host_wrote(engine)) {
    for (int i = 0; i < 32 && !engine_host_wrote(engine); i++) os_cpu_relax();
    if (os_clock_ns() >= until_ns) return;
  }
}

/* Nothing is being worked on, received or waiting to be sent. */
static bool is_idle(const llmb_engine *engine) {
  if (engine->working_count > 0) return false;
  for (uint32_t c = 0; c < engine->client_count; c++) {
    const struct engine_client *client = engine->clients[c];
    for (uint32_t i = 0; i < client->slot_count; i++) {
      if (client->requests[i].state != ENGINE_SLOT_IDLE || client->requests[i].backlog_size > 0) return false;
    }
  }
  return true;
}

/* Says once whether the spin of this wait has paid. */
static void learn(llmb_engine *engine, bool *spins, bool paid) {
  if (*spins) spin_end(&engine->spin, paid);
  *spins = false;
}

llmb_status llmb_engine_next(llmb_engine *engine, uint64_t deadline_ns, llmb_request **out_request) {
  *out_request = NULL;
  uint64_t started_ns = 0;
  bool spins = false;
  for (;;) {
    const bool wrote = engine_host_wrote(engine);
    if (wrote) learn(engine, &spins, true);
    if (wrote || engine->look_again || started_ns == 0) {
      const llmb_status status = look(engine, out_request);
      if (status != LLMB_OK) return status;
    }
    if (engine->host_gone) return LLMB_E_UNAVAILABLE;
    if (*out_request != NULL) {
      engine->idle_since_ns = 0;
      return LLMB_OK;
    }
    const bool news = engine->news_pending;
    engine->news_pending = false;
    if (news && engine->working_count > 0) return LLMB_OK; /* it concerns a request in progress */
    if (wrote) started_ns = 0; /* part of a long request: the next part is a wait of its own */
    if (deadline_ns == 0) return LLMB_OK;
    const uint64_t now_ns = os_clock_ns();
    if (now_ns >= deadline_ns) return LLMB_OK;
    if (started_ns == 0) {
      started_ns = now_ns;
      /* What is watched cannot be seen in a spin. */
      const uint64_t spin_ns =
          engine->watched == OS_HANDLE_NONE || engine->working_count == 0 ? spin_begin(&engine->spin) : 0;
      spins = spin_ns > 0;
      if (spins) spin(engine, now_ns + spin_ns < deadline_ns ? now_ns + spin_ns : deadline_ns);
    } else {
      learn(engine, &spins, false);
      const bool idle = is_idle(engine);
      if (!idle) engine->idle_since_ns = 0;
      if (idle && engine->idle_since_ns == 0) engine->idle_since_ns = started_ns;
      const uint64_t idle_until_ns =
          engine->idle_ns != LLMB_NEVER && idle ? engine->idle_since_ns + engine->idle_ns : LLMB_NEVER;
      if (engine_sleep(engine, idle_until_ns < deadline_ns ? idle_until_ns : deadline_ns)) {
        engine->look_again = true;
        return LLMB_OK;
      }
      /* A request that comes from here on was never accepted: the host takes it elsewhere. */
      if (os_clock_ns() >= idle_until_ns && !engine_host_wrote(engine)) {
        engine_retire(engine);
        return LLMB_E_UNAVAILABLE;
      }
    }
  }
}
