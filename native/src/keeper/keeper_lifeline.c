#include "keeper/keeper_lifeline.h"

#include <assert.h>
#include <stddef.h>

#include "core/policy.h"
#include "keeper/keeper_guard.h"
#include "keeper/keeper_protocol.h"
#include "platform/os_bell.h"
#include "platform/os_clock.h"
#include "platform/os_poll.h"
#include "platform/os_region.h"
#include "platform/os_socket.h"

static_assert(sizeof(struct keeper_guard_page) <= KEEPER_GUARD_REGION_SIZE, "the guards fit their page");

/* The page and the bell. */
static llmb_status receive_welcome(os_handle lifeline, os_handle handles[2]) {
  uint64_t deadline_ns = os_clock_ns() + KEEPER_WELCOME_TIMEOUT_NS;
  struct os_poll_item item = {.handle = lifeline};
  for (;;) {
    struct keeper_number_message message;
    uint64_t size = 0;
    unsigned handle_count = 0;
    int os_code;
    llmb_status status =
        os_socket_receive(lifeline, &message, sizeof message, &size, handles, 2, &handle_count, &os_code);
    if (status == LLMB_E_NOT_READY) {
      if (os_poll(&item, 1, deadline_ns) == 0) return LLMB_E_START_TIMEOUT;
      continue;
    }
    if (status != LLMB_OK) return status;
    if (handle_count == 2 && keeper_message_check(&message, size) == KEEPER_MESSAGE_WELCOME) return LLMB_OK;
    for (unsigned i = 0; i < handle_count; i++) handles[i] = os_handle_close(handles[i]);
    return LLMB_E_PROTOCOL_ERROR;
  }
}

llmb_status keeper_lifeline_open(os_handle lifeline, struct keeper_lifeline *out) {
  os_handle handles[2] = {OS_HANDLE_NONE, OS_HANDLE_NONE};
  void *page = NULL;
  *out = (struct keeper_lifeline){.handle = OS_HANDLE_NONE, .bell = OS_HANDLE_NONE};
  int os_code;
  llmb_status status = receive_welcome(lifeline, handles);
  if (status != LLMB_OK) goto finish;
  status = os_region_map(handles[0], KEEPER_GUARD_REGION_SIZE, &page, &os_code);
  if (status != LLMB_OK) goto finish;
  *out = (struct keeper_lifeline){.handle = lifeline, .bell = os_handle_number(handles[1]), .page = page};
  if (out->page->magic != KEEPER_GUARD_MAGIC || out->page->version != KEEPER_GUARD_VERSION) {
    status = LLMB_E_PROTOCOL_ERROR;
    goto finish;
  }
  page = NULL;
  lifeline = handles[1] = OS_HANDLE_NONE;

finish:
  if (status != LLMB_OK) *out = (struct keeper_lifeline){.handle = OS_HANDLE_NONE, .bell = OS_HANDLE_NONE};
  os_region_unmap(page, KEEPER_GUARD_REGION_SIZE);
  os_handle_close(handles[0]);
  os_handle_close(handles[1]);
  os_handle_close(lifeline);
  return status;
}

void keeper_lifeline_arm(struct keeper_lifeline *lifeline, unsigned slot, uint64_t guard_ns) {
  assert(slot < KEEPER_GUARDS_MAX && guard_ns != KEEPER_GUARD_DISARMED);
  struct keeper_guard_page *page = lifeline->page;
  /* Both sequentially consistent, as in the keeper: the load must not overtake the store. */
  atomic_store(&page->guard_ns[slot], guard_ns);
  if (atomic_load(&page->keeper_wake_ns) <= guard_ns) return;
  os_bell_ring_across(lifeline->bell);
}

void keeper_lifeline_disarm(struct keeper_lifeline *lifeline, unsigned slot) {
  assert(slot < KEEPER_GUARDS_MAX);
  atomic_store_explicit(&lifeline->page->guard_ns[slot], KEEPER_GUARD_DISARMED, memory_order_release);
}

uint64_t keeper_lifeline_news(const struct keeper_lifeline *lifeline) {
  return atomic_load_explicit(&lifeline->page->news, memory_order_acquire);
}

bool keeper_lifeline_has_client(const struct keeper_lifeline *lifeline, unsigned place, uint32_t number) {
  if (place >= KEEPER_CLIENTS_MAX) return false;
  return atomic_load_explicit(&lifeline->page->client_at[place], memory_order_acquire) == number;
}

bool keeper_lifeline_called_off(const struct keeper_lifeline *lifeline, unsigned slot) {
  assert(slot < KEEPER_GUARDS_MAX);
  const struct keeper_guard_page *page = lifeline->page;
  const uint64_t called_off_ns = atomic_load_explicit(&page->called_off_ns[slot], memory_order_acquire);
  return called_off_ns != KEEPER_GUARD_DISARMED &&
         called_off_ns == atomic_load_explicit(&page->guard_ns[slot], memory_order_relaxed);
}

void keeper_lifeline_note_client(struct keeper_lifeline *lifeline, unsigned slot, uint32_t number) {
  assert(slot < KEEPER_GUARDS_MAX);
  atomic_store_explicit(&lifeline->page->client_of[slot], number, memory_order_release);
}

void keeper_lifeline_count(struct keeper_lifeline *lifeline, unsigned place, uint64_t calls, uint64_t tokens) {
  assert(place < KEEPER_CLIENTS_MAX);
  atomic_fetch_add_explicit(&lifeline->page->calls_of[place], calls, memory_order_relaxed);
  atomic_fetch_add_explicit(&lifeline->page->tokens_of[place], tokens, memory_order_relaxed);
}

void keeper_lifeline_beat(struct keeper_lifeline *lifeline, uint64_t now_ns) {
  atomic_store_explicit(&lifeline->page->beat_ns, now_ns, memory_order_release);
}

void keeper_lifeline_loading(struct keeper_lifeline *lifeline, uint32_t permille) {
  atomic_store_explicit(&lifeline->page->load_permille, permille, memory_order_relaxed);
  atomic_fetch_add_explicit(&lifeline->page->load_progress, 1, memory_order_release);
}

void keeper_lifeline_close(struct keeper_lifeline *lifeline) {
  os_region_unmap(lifeline->page, KEEPER_GUARD_REGION_SIZE);
  lifeline->page = NULL;
  lifeline->handle = os_handle_close(lifeline->handle);
  lifeline->bell = os_handle_close(lifeline->bell);
}
