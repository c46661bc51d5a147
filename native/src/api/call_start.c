#include "api/call_start.h"

#include <stdio.h>
#include <string.h>

#include "api/bridge_object.h"
#include "api/bridge_stage.h"
#include "api/bridge_unread.h"
#include "api/call_end.h"
#include "api/call_hold.h"
#include "api/call_limits.h"
#include "api/call_object.h"
#include "api/call_request.h"
#include "api/call_schema.h"
#include "api/call_session.h"
#include "api/call_session_begin.h"
#include "api/call_settle.h"
#include "core/error.h"
#include "core/fault_point.h"
#include "core/memory.h"
#include "core/settings_pairs.h"
#include "core/settings_parse.h"
#include "core/settings_resolve.h"
#include "platform/os_clock.h"
#include "pool/connection.h"
#include "pool/pool_queue.h"

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
    waker_init(&call->waker);
    llmb_error_init(&call->error);
    call->ticket.failure = &call->error;
    call->ticket.call = call;
  }
  bridge_retain(bridge);
  call->bridge = bridge;
  *out = call;
  return LLMB_OK;
}

void call_recycle(llmb_call *call) {
  llmb_bridge *bridge = call->bridge;
  call_drop_large_buffers(call);
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

enum { CHECKED_NAME_SIZE = 32 }; /* "text 4095" */

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
  const bool is_conversation = input->kind == LLMB_REQUEST_GENERATE && has_conversation(bridge, settings);
  uint64_t total = 0;
  if (input->items == NULL || input->sizes == NULL || input->count == 0 || input->count > CHANNEL_ITEMS_MAX) {
    return error_set(error, LLMB_E_INVALID_ARGUMENT, LLMB_PHASE_CONFIGURE,
                     "texts or sizes is NULL, or count is not 1 to %d but %u", CHANNEL_ITEMS_MAX, input->count);
  }
  for (uint32_t i = 0; i < input->count; i++) {
    total += input->sizes[i] + 1;
    if (is_conversation && input->sizes[i] == 0) continue;
    if (is_conversation) {
      return error_set(error, LLMB_E_INVALID_ARGUMENT, LLMB_PHASE_CONFIGURE,
                       "prompt and messages are both given; messages stand instead of a prompt");
    }
    const llmb_status status = check_text(input->what, input->items[i], input->sizes[i], error);
    if (status == LLMB_OK) continue;
    if (input->kind != LLMB_REQUEST_EMBED || input->count == 1) return status;
    char what[CHECKED_NAME_SIZE];
    snprintf(what, sizeof what, "%s %u", input->what, i);
    return check_text(what, input->items[i], input->sizes[i], error);
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
  }
  call->deadline_ns = call_later_ns(call->start_ns, settings_duration_ns(settings, SETTING_TIMEOUT_MS));
  status = call_session_begin(call, &settings, &own, input, error);
  if (status != LLMB_OK) return status;
  if (settings == &own) {
    pairs = NULL;
    pairs_size = settings_encoded_size(settings, SETTING_OF_CALL);
    if (pairs_size > SETTINGS_PAIRS_SIZE_MAX) {
      return error_set(error, LLMB_E_INVALID_ARGUMENT, LLMB_PHASE_CONFIGURE,
                       "the settings have %llu bytes together, allowed are %d", (unsigned long long)pairs_size,
                       SETTINGS_PAIRS_SIZE_MAX);
    }
  }
  call->queue_deadline_ns = call_later_ns(call->start_ns, settings_duration_ns(settings, SETTING_QUEUE_TIMEOUT_MS));
  call->first_token_limit_ns = settings_duration_ns(settings, SETTING_FIRST_TOKEN_TIMEOUT_MS);
  call->stall_limit_ns = settings_duration_ns(settings, SETTING_STALL_TIMEOUT_MS);
  call->output_size_max = (uint64_t)settings->values[SETTING_OUTPUT_BYTES].integer;
  call->ticket.grace_ns = (uint64_t)settings->values[SETTING_GRACE_MS].integer * 1000000u;
  call->wants_logprobs = settings->values[SETTING_LOGPROBS].source != SETTING_FROM_DEFAULT;
  call->expects_json =
      input->kind == LLMB_REQUEST_GENERATE && settings->values[SETTING_EXPECT].integer == CHOICE_EXPECT_JSON;
  call->kind = input->kind;
  status = call_schema_begin(call, settings, error);
  if (status != LLMB_OK) return status;
  call->ticket.patient = input->patient;
  call->interrupt = input->interrupt;
  call->retries = (uint32_t)bridge->stages[0].settings.values[SETTING_RETRIES].integer;
  call->vectors_wanted = input->count;
  call->ticket.death_case = 0;
  const uint64_t none = 0; /* of a session: the prompt is in the conversation, which comes with the turn */
  const struct call_input of_session = {.kind = input->kind, .items = input->items, .sizes = &none, .count = 1};
  const struct frame_submit submit = {
      .deadline_ns = call->deadline_ns, .grace_ns = call->ticket.grace_ns, .settings_size = pairs_size};
  status = call_request_build(&call->request, &submit, settings, pairs, call->session != NULL ? &of_session : input);
  call->ticket.request_size = call->request.size;
  if (status == LLMB_OK) return status;
  return error_set(error, status, LLMB_PHASE_CONFIGURE, "no memory for the request");
}

/* Starts a call whose input has been checked. */
static llmb_status begin(llmb_call *call, const struct call_input *input, const llmb_settings *settings,
                         uint64_t now_ns, llmb_error *error) {
  llmb_bridge *bridge = call->bridge;
  call_reset(call);
  call->start_ns = now_ns;
  call->ticket.waker = input->waker != NULL ? input->waker : &call->waker;
  const llmb_status status = configure_call(call, settings, input, error);
  if (status != LLMB_OK) return status;
  pthread_mutex_lock(&bridge->lock);
  /* What a session's call asks is known when its turn comes. */
  if (call->session == NULL && call_is_poisoned(call, now_ns, error)) {
    pthread_mutex_unlock(&bridge->lock);
    return LLMB_E_POISONED;
  }
  call->number = ++bridge->stats.figures.calls_started;
  call->stage = stage_first(bridge, now_ns);
  call->result.fallback = call->stage != bridge->stages;
  if (call->session != NULL) {
    pthread_mutex_unlock(&bridge->lock);
    return call_session_open(call, error);
  }
  /* Answers that nobody reads keep no slot from this call. */
  if (pool_least_loaded(&call->stage->pool, &call->ticket, NULL) == NULL)
    (void)bridge_absorb_unread(bridge, true, now_ns);
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
  call_drop_large_buffers(call);
  return begin(call, input, settings, now_ns, out_error);
}

llmb_status llmb_call_start(llmb_bridge *bridge, const uint8_t *prompt, uint64_t prompt_size,
                            const llmb_settings *settings, llmb_call **out_call, llmb_error *out_error) {
  const struct call_input input = {
      .kind = LLMB_REQUEST_GENERATE, .items = &prompt, .sizes = &prompt_size, .count = 1, .what = "prompt"};
  return call_start(bridge, &input, settings, out_call, out_error);
}

/* Under the lock: a call whose caller is elsewhere ends at once; another is told, and ends by its caller's hand. */
static void cancel(llmb_call *call) {
  struct pool *pool = &call->stage->pool;
  const uint32_t state = atomic_load(&call->ticket.state);
  if (call_hold_idle(call)) {
    struct call_verdict verdict;
    verdict_fail(&verdict, LLMB_E_CANCELLED, call_phase(call), false, "the call was cancelled by its caller");
    call_settle_locked(call, &verdict);
    call_let_go_locked(call);
  } else if (state == TICKET_PLACED) {
    struct connection *worker = call->ticket.connection;
    struct slot *slot = &worker->slots[call->ticket.slot];
    atomic_store_explicit(&slot->shared->cancelled_id, slot->call_id, memory_order_release);
    connection_wake_engine(worker);
  } else if (state == TICKET_QUEUED) {
    pool_leave(pool, &call->ticket, true, os_clock_ns()); /* its place is another's at once */
  }
  ticket_ring(pool, &call->ticket);
}

llmb_status llmb_call_cancel(llmb_call *call) {
  if (call == NULL) return LLMB_E_INVALID_ARGUMENT;
  llmb_bridge *bridge = call->bridge;
  const llmb_status status = bridge_check(bridge, NULL);
  if (status != LLMB_OK) return status;
  atomic_store(&call->cancel_requested, 1);
  FAULT_POINT(HOST_CANCEL);
  pthread_mutex_lock(&bridge->lock);
  if (!call->ended) cancel(call);
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
  if (!call->ended) call_end_with(call, LLMB_E_CANCELLED, call_phase(call), false, "the call was closed");
  pthread_mutex_unlock(&bridge->lock);
  call_recycle(call);
}
