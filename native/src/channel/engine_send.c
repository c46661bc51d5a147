#include <string.h>

#include "../core/memory.h"
#include "../platform/os_event.h"
#include "engine_channel.h"

void engine_ring_host(struct llmb_request *request) {
  /* Pairs with the fence in the host's wait: either it sees what was published or this sees that it sleeps. */
  atomic_thread_fence(memory_order_seq_cst);
  if (atomic_load_explicit(&request->shared->host_sleeps, memory_order_relaxed) == CHANNEL_AWAKE) return;
  const uint32_t sleeper = atomic_exchange(&request->shared->host_sleeps, CHANNEL_AWAKE);
  if (sleeper == CHANNEL_SLEEPS_ON_SLOT) os_event_ring(request->engine->slot_bells[request->slot]);
  if (sleeper == CHANNEL_SLEEPS_ON_BRIDGE) os_event_ring(request->engine->bridge_bell);
}

/* Forgets what was sent: a reader that never quite catches up must not make the whole answer stay here. */
static void backlog_compact(struct llmb_request *request) {
  if (request->backlog_sent < CHANNEL_BACKLOG_SIZE_MAX) return;
  request->backlog_size -= request->backlog_sent;
  memmove(request->backlog, request->backlog + request->backlog_sent, request->backlog_size);
  request->backlog_sent = 0;
}

static llmb_status backlog_append(struct llmb_request *request, const void *bytes, uint64_t size) {
  if (size == 0) return LLMB_OK;
  const uint64_t needed = request->backlog_size + size;
  if (needed > request->backlog_capacity) {
    void *grown = request->backlog;
    const uint64_t capacity = needed < 4096 ? 4096 : needed * 2;
    const llmb_status status = memory_resize(&grown, capacity);
    if (status != LLMB_OK) return status;
    request->backlog = grown;
    request->backlog_capacity = capacity;
  }
  memcpy(request->backlog + request->backlog_size, bytes, size);
  request->backlog_size = needed;
  return LLMB_OK;
}

/* Moves from the backlog to the ring as far as there is room. */
static bool move_backlog(struct llmb_request *request) {
  const uint64_t left = request->backlog_size - request->backlog_sent;
  const uint64_t space = ring_space(&request->responses);
  const uint64_t size = left < space ? left : space;
  if (size == 0) return false;
  ring_put(&request->responses, request->backlog + request->backlog_sent, size);
  ring_publish(&request->responses);
  request->backlog_sent += size;
  if (request->backlog_sent == request->backlog_size) {
    request->backlog_size = request->backlog_sent = 0;
    if (request->backlog_capacity > CHANNEL_BACKLOG_SIZE_MAX) {
      request->backlog = memory_release(request->backlog);
      request->backlog_capacity = 0;
    }
  }
  return true;
}

void engine_flush_backlog(struct llmb_request *request) {
  if (request->backlog_size == 0) return;
  bool moved = move_backlog(request);
  if (request->backlog_size != 0) {
    /* Pairs with the fence in the host's release: either it sees the flag or this sees the room it made. */
    atomic_store_explicit(&request->shared->engine_blocked, 1, memory_order_relaxed);
    atomic_thread_fence(memory_order_seq_cst);
    moved |= move_backlog(request);
  }
  if (moved) engine_ring_host(request);
}

llmb_status engine_send_frame(struct llmb_request *request, uint32_t type, const void *first, uint64_t first_size,
                              const void *second, uint64_t second_size, bool ring) {
  const struct frame_head head = {
      .payload_size = (uint32_t)(first_size + second_size),
      .type = type,
      .call_id = request->head.call_id,
  };
  if (request->backlog_size == 0 && ring_space(&request->responses) >= sizeof head + first_size + second_size) {
    ring_put(&request->responses, &head, sizeof head);
    if (first_size > 0) ring_put(&request->responses, first, first_size);
    if (second_size > 0) ring_put(&request->responses, second, second_size);
    ring_publish(&request->responses);
    if (ring) engine_ring_host(request);
    return LLMB_OK;
  }
  backlog_compact(request);
  const uint64_t before = request->backlog_size;
  llmb_status status = backlog_append(request, &head, sizeof head);
  if (status == LLMB_OK) status = backlog_append(request, first, first_size);
  if (status == LLMB_OK) status = backlog_append(request, second, second_size);
  if (status != LLMB_OK) {
    request->backlog_size = before; /* half a frame must not be sent */
    return status;
  }
  engine_flush_backlog(request);
  return LLMB_OK;
}
