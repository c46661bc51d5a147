#include "channel/engine_send.h"

#include <string.h>

#include "core/fault_point.h"
#include "core/memory.h"
#include "platform/os_bell.h"

enum { BACKLOG_SIZE_FIRST = 4096 };

/* Rings a host that sleeps, but for a part of an answer not one that sleeps for the end while there is room enough. */
static void ring_host(struct llmb_request *request, bool for_part) {
  /* Pairs with the fence in the host's wait: either it sees what was published or this sees that it sleeps. */
  atomic_thread_fence(memory_order_seq_cst);
  uint32_t sleeper = atomic_load_explicit(&request->shared->host_sleeps, memory_order_relaxed);
  if (sleeper == CHANNEL_AWAKE) return;
  if (for_part && sleeper == CHANNEL_SLEEPS_FOR_END &&
      ring_space(&request->responses) > CHANNEL_RESPONSE_RING_SIZE / 2) {
    return;
  }
  sleeper = atomic_exchange(&request->shared->host_sleeps, CHANNEL_AWAKE);
  if (sleeper == CHANNEL_AWAKE) return;
  const struct engine_client *client = request->client;
  const uint32_t slot = request->engine->is_shared ? 0 : request->slot;
  const os_handle bell = sleeper == CHANNEL_SLEEPS_ON_WORKER ? client->worker_bell : client->slot_bells[slot];
  if (request->engine->in_process) {
    os_bell_ring(bell);
  } else {
    os_bell_ring_across(bell);
  }
}

void engine_ring_host(struct llmb_request *request) {
  ring_host(request, false);
}

/* Forgets what was sent: a reader that never quite catches up must not make the whole answer stay here. */
static void backlog_compact(struct llmb_request *request) {
  if (request->backlog_sent < CHANNEL_BACKLOG_SIZE_MAX) return;
  request->backlog_size -= request->backlog_sent;
  memmove(request->backlog, request->backlog + request->backlog_sent, request->backlog_size);
  request->backlog_sent = 0;
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
    FAULT_POINT(ENGINE_BLOCKED);
  }
  if (moved) engine_ring_host(request);
}

/* Makes room behind the backlog, so that no later step can fail with half a frame sent. */
static llmb_status backlog_reserve(struct llmb_request *request, uint64_t size) {
  const uint64_t needed = request->backlog_size + size;
  if (needed <= request->backlog_capacity) return LLMB_OK;
  void *grown = request->backlog;
  const uint64_t capacity = needed < BACKLOG_SIZE_FIRST ? BACKLOG_SIZE_FIRST : needed * 2;
  const llmb_status status = memory_resize(&grown, capacity);
  if (status != LLMB_OK) return status;
  request->backlog = grown;
  request->backlog_capacity = capacity;
  return LLMB_OK;
}

/* Puts into the ring what fits into its space and keeps the rest. */
static void send_part(struct llmb_request *request, const void *bytes, uint64_t size, uint64_t *space) {
  const uint64_t direct = size < *space ? size : *space;
  if (direct > 0) ring_put(&request->responses, bytes, direct);
  *space -= direct;
  if (size == direct) return;
  memcpy(request->backlog + request->backlog_size, (const uint8_t *)bytes + direct, size - direct);
  request->backlog_size += size - direct;
}

llmb_status engine_send_frame(struct llmb_request *request, uint32_t type, const void *first, uint64_t first_size,
                              const void *second, uint64_t second_size, enum engine_frame_news news) {
  const struct frame_head head = {
      .payload_size = (uint32_t)(first_size + second_size),
      .type = type,
      .call_id = request->head.call_id,
  };
  const uint64_t size = sizeof head + first_size + second_size;
  uint64_t space = request->backlog_size == 0 ? ring_space(&request->responses) : 0;
  const bool whole = size <= space;
  if (!whole) {
    backlog_compact(request);
    const llmb_status status = backlog_reserve(request, size - space);
    if (status != LLMB_OK) return status;
  }
  send_part(request, &head, sizeof head, &space);
  FAULT_POINT(ENGINE_FRAME_HEAD);
  send_part(request, first, first_size, &space);
  send_part(request, second, second_size, &space);
  FAULT_POINT(ENGINE_FRAME_PUT);
  ring_publish(&request->responses);
  FAULT_POINT(ENGINE_FRAME_SENT);
  if (!whole || news != ENGINE_NO_NEWS) ring_host(request, whole && news == ENGINE_PART_NEWS);
  engine_flush_backlog(request); /* says that the rest waits for room */
  return LLMB_OK;
}
