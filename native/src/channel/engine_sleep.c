/* Noticing what the host has written, and sleeping until it writes. */
#include "channel/engine_sleep.h"

#include "core/fault_point.h"
#include "platform/os_bell.h"
#include "platform/os_poll.h"

bool engine_host_wrote(const llmb_engine *engine) {
  return atomic_load_explicit(&engine->region->request_sequence, memory_order_acquire) != engine->seen_sequence;
}

void engine_note_writes(llmb_engine *engine) {
  const uint64_t sequence = atomic_load_explicit(&engine->region->request_sequence, memory_order_acquire);
  engine->news_pending |= sequence != engine->seen_sequence;
  engine->seen_sequence = sequence;
}

bool engine_sleep(llmb_engine *engine, uint64_t deadline_ns) {
  bool watched_ready = false;
  atomic_store_explicit(&engine->region->engine_sleeps, 1, memory_order_relaxed);
  atomic_thread_fence(memory_order_seq_cst); /* pairs with the host's: it sees the sleeper or this sees its write */
  /* In a thread of the host's its descriptors may be closed by the host. */
  if (engine->in_process && !os_handle_same(engine->socket)) engine->host_gone = true;
  if (!engine_host_wrote(engine) && !engine->host_gone) {
    FAULT_POINT(ENGINE_SLEEP);
    struct os_poll_item items[] = {{.handle = engine->socket}, {.handle = engine->watched}};
    os_poll(items, engine->watched != OS_HANDLE_NONE ? 2 : 1, deadline_ns);
    watched_ready = items[1].readable;
    if (items[0].readable && os_bell_clear(engine->socket) == OS_BELL_OVER) engine->host_gone = true;
  }
  atomic_store_explicit(&engine->region->engine_sleeps, 0, memory_order_relaxed);
  return watched_ready;
}
