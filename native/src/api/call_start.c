#include <string.h>

#include "../core/error.h"
#include "../core/fault_point.h"
#include "../core/memory.h"
#include "../platform/os_clock.h"
#include "../platform/os_event.h"
#include "call_object.h"

void call_free(llmb_call *call) {
  os_handle_close(call->ticket.bell);
  call_request_free(&call->request);
  memory_release(call->vector);
  memory_release(call->whole);
  memory_release(call->tokens);
  memory_release(call->first_failure);
  memory_release(call);
}

/* A kept object or a new one. */
static llmb_status call_create(llmb_bridge *bridge, llmb_call **out) {
  *out = NULL;
  pthread_mutex_lock(&bridge->lock);
  llmb_call *call = bridge->kept_first;
  if (call != NULL) {
    bridge->kept_first = call->next;
    bridge->kept_count--;
  }
  pthread_mutex_unlock(&bridge->lock);
  if (call == NULL) {
    void *memory = NULL;
    const llmb_status status = memory_allocate(sizeof *call, &memory);
    if (status != LLMB_OK) return status;
    call = memory;
    call->ticket.bell = OS_HANDLE_NONE;
    llmb_error_init(&call->error);
    call->ticket.failure = &call->error;
  }
  bridge_retain(bridge);
  call->bridge = bridge;
  *out = call;
  return LLMB_OK;
}

/* Everything of a kept object but its buffers. */
static void call_reset(llmb_call *call) {
  call->next = NULL;
  atomic_store_explicit(&call->ticket.state, TICKET_OUTSIDE, memory_order_relaxed);
  atomic_store_explicit(&call->ticket.watched, 0, memory_order_relaxed);
  atomic_store_explicit(&call->cancel_requested, 0, memory_order_relaxed);
  call->ticket.connection = NULL;
  call->ticket.waited_for_start = call->ticket.hung = false;
  call->placed_ns = call->first_piece_ns = call->end_ns = 0;
  call->progress_seen = call->progress_ns = 0;
  call->output_size = call->received_size = 0;
  call->token_count = call->progress_at_death = 0;
  call->vectors_to_skip = call->deaths = 0;
  call->ticket.alone = call->ticket.moved = false;
  call->vector_size = call->vector_received = call->dimension = call->whole_size = 0;
  call->vectors_wanted = call->vectors_read = 0;
  call->holder.held_size = 0;
  call->delivered = call->awaits_end = call->ended = call->watched = false;
  call->outcome = LLMB_OK;
  call->attempts = 0;
  llmb_result_init(&call->result);
}

/* A buffer for the next call, unless it is large. */
static void *kept(void *buffer, uint64_t *capacity, uint64_t item_size) {
  if (*capacity * item_size <= CALL_BUFFER_KEPT_SIZE) return buffer;
  *capacity = 0;
  return memory_release(buffer);
}

static void shed(llmb_call *call) {
  call->vector = kept(call->vector, &call->vector_capacity, 1);
  call->whole = kept(call->whole, &call->whole_capacity, 1);
  call->tokens = kept(call->tokens, &call->token_capacity, sizeof *call->tokens);
  call->first_failure = memory_release(call->first_failure);
  call_request_reset(&call->request);
}

void call_recycle(llmb_call *call) {
  llmb_bridge *bridge = call->bridge;
  shed(call);
  pthread_mutex_lock(&bridge->lock);
  const bool keep = bridge->kept_count < BRIDGE_CALLS_KEPT_MAX;
  if (keep) {
    call->next = bridge->kept_first;
    bridge->kept_first = call;
    bridge->kept_count++;
  }
  pthread_mutex_unlock(&bridge->lock);
  if (!keep) call_free(call);
  bridge_release(bridge);
}

static llmb_status check_text(const char *what, const uint8_t *text, uint64_t size, llmb_error *error) {
  if (text == NULL && size > 0) {
    return error_set(error, LLMB_E_INVALID_ARGUMENT, LLMB_PHASE_CONFIGURE, "%s is NULL", what);
  }
  if (size == 0) return error_set(error, LLMB_E_INVALID_ARGUMENT, LLMB_PHASE_CONFIGURE, "%s: it is empty", what);
  if (size > CHANNEL_INPUT_SIZE_MAX) {
    return error_set(error, LLMB_E_INVALID_ARGUMENT, LLMB_PHASE_CONFIGURE, "%s: it has %llu bytes, allowed are %d",
                     what, (unsigned long long)size, CHANNEL_INPUT_SIZE_MAX);
  }
  const uint8_t *nul = memchr(text, 0, size);
  if (nul != NULL) {
    return error_set(error, LLMB_E_INVALID_ARGUMENT, LLMB_PHASE_CONFIGURE, "%s: there is a NUL at byte %llu", what,
                     (unsigned long long)(nul - text));
  }
  uint64_t valid_size = 0;
  if (utf8_check(text, size, &valid_size) != UTF8_VALID) {
    return error_set(error, LLMB_E_INVALID_ARGUMENT, LLMB_PHASE_CONFIGURE, "%s: it is not UTF-8 from byte %llu on",
                     what, (unsigned long long)valid_size);
  }
  return LLMB_OK;
}

/* A conversation stands in place of the prompt, which may then be empty. */
static bool has_conversation(const llmb_bridge *bridge, const llmb_settings *given) {
  return (given != NULL && given->values[SETTING_MESSAGES].source == SETTING_EXPLICIT) ||
         bridge->stages[0].settings.values[SETTING_MESSAGES].source != SETTING_FROM_DEFAULT;
}

static llmb_status check_input(const llmb_bridge *bridge, const struct call_input *input, const llmb_settings *settings,
                               llmb_error *error) {
  const bool may_be_empty = input->kind == LLMB_REQUEST_GENERATE && has_conversation(bridge, settings);
  uint64_t total = 0;
  if (input->items == NULL || input->sizes == NULL || input->count == 0 || input->count > CHANNEL_ITEMS_MAX) {
    return error_set(error, LLMB_E_INVALID_ARGUMENT, LLMB_PHASE_CONFIGURE,
                     "texts or sizes is NULL, or count is not 1 to %d but %u", CHANNEL_ITEMS_MAX, input->count);
  }
  for (uint32_t i = 0; i < input->count; i++) {
    total += input->sizes[i] + 1;
    if (may_be_empty && input->sizes[i] == 0) continue;
    const llmb_status status = check_text(input->what, input->items[i], input->sizes[i], error);
    if (status != LLMB_OK) return status;
  }
  if (total - 1 <= CHANNEL_INPUT_SIZE_MAX) return LLMB_OK;
  return error_set(error, LLMB_E_INVALID_ARGUMENT, LLMB_PHASE_CONFIGURE,
                   "the texts have %llu bytes together, allowed are %d", (unsigned long long)total,
                   CHANNEL_INPUT_SIZE_MAX);
}

static llmb_status configure_call(llmb_call *call, const llmb_settings *given, const struct call_input *input,
                                  llmb_error *error) {
  const llmb_bridge *bridge = call->bridge;
  const llmb_settings *settings = &bridge->stages[0].settings;
  const char *pairs = bridge->call_pairs;
  uint64_t pairs_size = bridge->call_pairs_size;
  llmb_settings own; /* only refers to the texts of the two: there is nothing to clear */
  llmb_status status = LLMB_OK;
  if (given != NULL) {
    status = settings_resolve_call(settings, given, &own, error);
    if (status != LLMB_OK) return status;
    settings = &own;
    pairs = NULL;
    pairs_size = settings_encoded_size(settings, SETTING_OF_CALL);
    if (pairs_size > SETTINGS_PAIRS_SIZE_MAX) {
      return error_set(error, LLMB_E_INVALID_ARGUMENT, LLMB_PHASE_CONFIGURE,
                       "the settings have %llu bytes together, allowed are %d", (unsigned long long)pairs_size,
                       SETTINGS_PAIRS_SIZE_MAX);
    }
  }
  call->deadline_ns = call_later_ns(call->start_ns, settings_duration_ns(settings, SETTING_TIMEOUT_MS));
  call->ticket.until_ns = call->deadline_ns;
  call->queue_deadline_ns = call_later_ns(call->start_ns, settings_duration_ns(settings, SETTING_QUEUE_TIMEOUT_MS));
  call->first_token_limit_ns = settings_duration_ns(settings, SETTING_FIRST_TOKEN_TIMEOUT_MS);
  call->stall_limit_ns = settings_duration_ns(settings, SETTING_STALL_TIMEOUT_MS);
  call->output_size_max = (uint64_t)settings->values[SETTING_OUTPUT_BYTES].integer;
  call->ticket.grace_ns = (uint64_t)settings->values[SETTING_GRACE_MS].integer * 1000000u;
  call->expects_json =
      input->kind == LLMB_REQUEST_GENERATE && settings->values[SETTING_EXPECT].integer == CHOICE_EXPECT_JSON;
  call->kind = input->kind;
  call->ticket.patient = input->patient;
  call->retries = (uint32_t)bridge->stages[0].settings.values[SETTING_RETRIES].integer;
  call->vectors_wanted = input->count;
  const struct frame_submit submit = {
      .deadline_ns = call->deadline_ns, .grace_ns = call->ticket.grace_ns, .settings_size = pairs_size};
  status = call_request_build(&call->request, &submit, settings, pairs, input);
  if (status == LLMB_OK) return status;
  return error_set(error, status, LLMB_PHASE_CONFIGURE, "no memory for the request");
}

/* A long request goes step by step, so that the engine takes one while the next is put. */
void call_push_request(llmb_call *call) {
  struct connection *worker = call->ticket.connection;
  struct slot *slot = &worker->slots[call->ticket.slot];
  struct call_request *request = &call->request;
  if (request->sent == 0) {
    call_request_number(request, slot->call_id);
    call->attempts++;
    call->progress_ns = os_clock_ns();
    if (call->attempts == 1) call->placed_ns = call->progress_ns;
    call->progress_seen = atomic_load_explicit(&slot->shared->progress, memory_order_relaxed);
  }
  /* No more than a ring at once: others want the lock. One that sleeps is woken when all of that is there. */
  const uint64_t begin = request->sent, until = begin + CHANNEL_REQUEST_RING_SIZE;
  while (request->sent < until && call_request_put(request, slot) > 0) {
    FAULT_POINT(HOST_REQUEST_PUT);
    ring_publish(&slot->requests);
    FAULT_POINT(HOST_REQUEST_SENT);
    slot->submit_left = request->size - request->sent;
    if (slot->submit_left > 0) connection_show_engine(worker);
  }
  if (request->sent > begin) connection_wake_engine(worker);
}

void call_enter(llmb_call *call, uint64_t now_ns) {
  llmb_bridge *bridge = call->bridge;
  call->request.sent = 0;
  if (atomic_load(&bridge->closing)) {
    call_end_with(call, LLMB_E_CANCELLED, LLMB_PHASE_STOP, true, true, "the bridge was closed");
    return;
  }
  const llmb_status status = pool_enter(&call->stage->pool, &call->ticket, now_ns, &call->error);
  if (status != LLMB_OK) {
    call->error.retry_safe = 1;
    call_end(call, status, true, true);
    return;
  }
  const uint32_t state = atomic_load_explicit(&call->ticket.state, memory_order_relaxed);
  if (state == TICKET_PLACED) call_push_request(call);
}

/* Starts a call whose input has been checked. */
static llmb_status begin(llmb_call *call, const struct call_input *input, const llmb_settings *settings,
                         uint64_t now_ns, llmb_error *error) {
  llmb_bridge *bridge = call->bridge;
  call_reset(call);
  call->start_ns = now_ns;
  const llmb_status status = configure_call(call, settings, input, error);
  if (status != LLMB_OK) return status;
  pthread_mutex_lock(&bridge->lock);
  call->number = ++bridge->stats.figures.calls_started;
  call->stage = stage_first(bridge, now_ns);
  call->result.fallback = call->stage != bridge->stages;
  call_enter(call, now_ns);
  pthread_mutex_unlock(&bridge->lock);
  /* What can be refused at once is refused here; a call that was queued and failed meanwhile says so when read. */
  return call->ended ? call_outcome(call, error) : LLMB_OK;
}

llmb_status call_start(llmb_bridge *bridge, const struct call_input *input, const llmb_settings *settings,
                       llmb_call **out_call, llmb_error *out_error) {
  if (out_call == NULL) {
    return error_set(out_error, LLMB_E_INVALID_ARGUMENT, LLMB_PHASE_CONFIGURE, "out_call is NULL");
  }
  *out_call = NULL;
  llmb_status status = bridge_check(bridge, out_error);
  if (status != LLMB_OK) return status;
  const uint64_t now_ns = os_clock_ns();
  status = check_input(bridge, input, settings, out_error);
  if (status != LLMB_OK) return status;
  llmb_call *call = NULL;
  status = call_create(bridge, &call);
  if (status != LLMB_OK) return error_set(out_error, status, LLMB_PHASE_CONFIGURE, "no memory for the call");
  status = begin(call, input, settings, now_ns, out_error);
  if (status != LLMB_OK) {
    call_recycle(call);
    call = NULL;
  }
  *out_call = call;
  return status;
}

llmb_status call_start_again(llmb_call *call, const struct call_input *input, const llmb_settings *settings,
                             uint64_t now_ns, llmb_error *out_error) {
  const llmb_status status = check_input(call->bridge, input, settings, out_error);
  if (status != LLMB_OK) return status;
  shed(call);
  return begin(call, input, settings, now_ns, out_error);
}

llmb_status llmb_call_start(llmb_bridge *bridge, const uint8_t *prompt, uint64_t prompt_size,
                            const llmb_settings *settings, llmb_call **out_call, llmb_error *out_error) {
  const struct call_input input = {
      .kind = LLMB_REQUEST_GENERATE, .items = &prompt, .sizes = &prompt_size, .count = 1, .what = "prompt"};
  return call_start(bridge, &input, settings, out_call, out_error);
}

llmb_status llmb_call_cancel(llmb_call *call) {
  if (call == NULL) return LLMB_E_INVALID_ARGUMENT;
  llmb_bridge *bridge = call->bridge;
  const llmb_status status = bridge_check(bridge, NULL);
  if (status != LLMB_OK) return status;
  atomic_store(&call->cancel_requested, 1);
  FAULT_POINT(HOST_CANCEL);
  pthread_mutex_lock(&bridge->lock);
  if (atomic_load(&call->ticket.state) == TICKET_PLACED) {
    struct connection *worker = call->ticket.connection;
    struct slot *slot = &worker->slots[call->ticket.slot];
    atomic_store_explicit(&slot->shared->cancelled_id, slot->call_id, memory_order_release);
    connection_wake_engine(worker);
  }
  ticket_ring(&call->stage->pool, &call->ticket);
  pthread_mutex_unlock(&bridge->lock);
  return LLMB_OK;
}

static void unwatch(llmb_call *call) {
  llmb_call **link = &call->bridge->watched_first;
  while (*link != NULL && *link != call) link = &(*link)->next;
  if (*link == call) *link = call->next;
  call->watched = false;
}

void llmb_call_close(llmb_call *call) {
  if (call == NULL) return;
  llmb_bridge *bridge = call->bridge;
  if (bridge_check(bridge, NULL) != LLMB_OK) return; /* the parent's: its memory stays */
  pthread_mutex_lock(&bridge->lock);
  if (call->watched) unwatch(call);
  atomic_store(&call->ticket.watched, 0);
  if (!call->ended) call_end_with(call, LLMB_E_CANCELLED, call_phase(call), false, true, "the call was closed");
  pthread_mutex_unlock(&bridge->lock);
  call_recycle(call);
}
