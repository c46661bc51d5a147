/* What is counted and told of a call. */
#include "api/call_stats.h"

#include <string.h>

#include "core/status_rows.h"
#include "pool/pool_stats.h"

static void tell(const llmb_call *call, enum llmb_event_kind kind, uint64_t now_ns) {
  const struct connection *worker = call->ticket.connection;
  llmb_event *event = stats_add_event(&call->bridge->stats, kind, now_ns);
  event->status = call->error.status;
  event->pid = worker != NULL ? worker->process.pid : 0;
  event->exit_kind = call->error.exit_kind;
  event->exit_value = call->error.exit_value;
  event->call_id = call->number;
  /* Not the error's message: it may be an engine's own, which has read the prompt. */
  event_set_text(event, "phase %s, attempt %u, after %.3f ms", llmb_phase_name(call->error.phase), call->attempts,
                 now_ns > call->start_ns ? (double)(now_ns - call->start_ns) / 1e6 : 0);
}

/* Calls are turned away by the thousand when they are at all: the first of a row stands for all, else nothing but them
 * would be remembered. */
static void tell_refusal(const llmb_call *call) {
  const struct pool_stats *stats = &call->bridge->stats;
  const llmb_event *last = &stats->events[(stats->event_count + POOL_EVENTS_MAX - 1) % POOL_EVENTS_MAX];
  if (last->kind == LLMB_EVENT_CALL_REFUSED && last->status == call->outcome) return;
  tell(call, LLMB_EVENT_CALL_REFUSED, call->end_ns);
}

void call_count_end(const llmb_call *call) {
  struct pool_stats *stats = &call->bridge->stats;
  llmb_stats *figures = &stats->figures;
  stats_count_end(stats, call->outcome);
  if (call->first_piece_ns > call->start_ns) {
    stats_count_time(figures->first_token_ms, &figures->first_token_ms_sum, call->first_piece_ns - call->start_ns);
  }
  if (call->outcome == LLMB_OK) {
    stats_count_time(figures->total_ms, &figures->total_ms_sum, call->end_ns - call->start_ns);
    if (call->kind == LLMB_REQUEST_TOKENS || call->kind > LLMB_REQUEST_INVOKE) return; /* counted, not read */
    figures->prompt_tokens += call->result.prompt_tokens;
    figures->completion_tokens += call->result.completion_tokens;
  } else if (status_is(call->outcome, STATUS_REFUSAL)) {
    figures->calls_refused++;
    tell_refusal(call);
  } else if (call->outcome != LLMB_E_CANCELLED) { /* of which its caller knows, and may do so all the time */
    tell(call, LLMB_EVENT_CALL_FAILED, call->end_ns);
  }
}

void call_count_move(const llmb_call *call, bool begun, uint64_t now_ns) {
  llmb_stats *figures = &call->bridge->stats.figures;
  if (!begun) {
    figures->calls_moved++;
  } else if (call->kind == LLMB_REQUEST_GENERATE && (call->tokens.count > 0 || call->received_size > 0)) {
    figures->calls_resumed++;
  } else {
    figures->calls_repeated++;
  }
  tell(call, LLMB_EVENT_CALL_MOVED, now_ns);
}
