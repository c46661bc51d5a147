#include "pool/pool_stats.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "core/error.h"
#include "pool/sandbox_layers.h"

_Static_assert((int)LLMB_STATS_WORKERS_MAX == (int)POOL_WORKERS_MAX, "each worker has its place");
_Static_assert((int)LLMB_E_NOT_READY < (int)LLMB_STATS_STATUSES - 1, "each status below 99 has its place");
_Static_assert((int)LLMB_BREAKER_CLOSED == (int)BREAKER_CLOSED && (int)LLMB_BREAKER_OPEN == (int)BREAKER_OPEN &&
                   (int)LLMB_BREAKER_HALF_OPEN == (int)BREAKER_HALF_OPEN,
               "the breaker's states are told as they are");

/* The histograms: each bucket reaches twice as far as the one before it, the last one is without end. */
#define BUCKET_FIRST_NS UINT64_C(16000)
enum { BUCKET_LAST = LLMB_STATS_BUCKETS - 1 };

void stats_open(struct pool_stats *stats) {
  llmb_stats_init(&stats->figures);
}

double llmb_stats_bucket_ms(uint32_t bucket) {
  return bucket < BUCKET_LAST ? (double)(BUCKET_FIRST_NS << bucket) / 1e6 : (double)INFINITY;
}

static uint32_t bucket_of(uint64_t duration_ns) {
  if (duration_ns <= BUCKET_FIRST_NS) return 0;
  const uint64_t times = (duration_ns - 1) / BUCKET_FIRST_NS; /* at least 1; a bound belongs to the bucket below it */
  const uint32_t bucket = 64 - (uint32_t)__builtin_clzll(times);
  return bucket < BUCKET_LAST ? bucket : BUCKET_LAST;
}

void stats_count_time(uint64_t *buckets, double *sum_ms, uint64_t duration_ns) {
  buckets[bucket_of(duration_ns)]++;
  *sum_ms += (double)duration_ns / 1e6;
}

void stats_count_end(struct pool_stats *stats, llmb_status outcome) {
  const bool has_place = outcome >= 0 && outcome < LLMB_STATS_STATUSES - 1;
  stats->figures.calls_ended[has_place ? outcome : LLMB_STATS_STATUSES - 1]++;
}

llmb_event *stats_add_event(struct pool_stats *stats, enum llmb_event_kind kind, uint64_t now_ns) {
  llmb_event *event = &stats->events[stats->event_count++ % POOL_EVENTS_MAX];
  memset(event, 0, sizeof *event);
  event->sequence = stats->event_count;
  event->time_ns = now_ns;
  event->kind = kind;
  return event;
}

void event_set_text(llmb_event *event, const char *format, ...) {
  char text[2 * sizeof event->text]; /* the cut is made at the border of a character */
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(text, sizeof text, format, arguments);
  va_end(arguments);
  error_copy_text(event->text, sizeof event->text, text, strlen(text), 0);
}

uint32_t stats_copy_events(const struct pool_stats *stats, uint64_t after, llmb_event *out, uint32_t capacity) {
  if (after >= stats->event_count) return 0;
  const uint64_t lost = stats->event_count > POOL_EVENTS_MAX ? stats->event_count - POOL_EVENTS_MAX : 0;
  uint32_t count = 0;
  for (uint64_t at = after > lost ? after : lost; at < stats->event_count && count < capacity; at++) {
    out[count++] = stats->events[at % POOL_EVENTS_MAX];
  }
  return count;
}

void stats_note_start(struct pool_stats *stats, uint32_t calls_waiting, bool after_failure, uint64_t now_ns) {
  stats->figures.engines_started++;
  llmb_event *event = stats_add_event(stats, LLMB_EVENT_ENGINE_STARTING, now_ns);
  event_set_text(event, "calls waiting: %u%s", calls_waiting, after_failure ? "; the one before it failed" : "");
}

void stats_note_ready(struct pool_stats *stats, int64_t pid, const char *info, uint64_t now_ns) {
  stats->figures.engines_ready++;
  llmb_event *event = stats_add_event(stats, LLMB_EVENT_ENGINE_READY, now_ns);
  event->pid = pid;
  event_set_text(event, "%s", info != NULL ? info : "");
}

void stats_note_sandbox(struct pool_stats *stats, int64_t pid, uint32_t layers_missing, uint64_t now_ns) {
  char names[SANDBOX_LAYERS_TEXT_SIZE];
  llmb_event *event = stats_add_event(stats, LLMB_EVENT_SANDBOX_INCOMPLETE, now_ns);
  event->pid = pid;
  sandbox_layers_text(layers_missing, names);
  event_set_text(event, "missing: %s", names);
}

void stats_note_retirement(struct pool_stats *stats, int64_t pid, uint64_t calls_served, uint64_t now_ns) {
  stats->figures.engines_retired++;
  llmb_event *event = stats_add_event(stats, LLMB_EVENT_ENGINE_RETIRED, now_ns);
  event->pid = pid;
  event_set_text(event, "calls served: %llu", (unsigned long long)calls_served);
}

static uint64_t *failures_like(llmb_stats *figures, llmb_status failure, bool was_ready) {
  if (failure == LLMB_E_ENGINE_CRASHED) return &figures->engines_crashed;
  if (failure == LLMB_E_ENGINE_HUNG || failure == LLMB_E_START_TIMEOUT) return &figures->engines_hung;
  /* What says no after having been ready breaks the protocol. */
  return failure == LLMB_E_PROTOCOL_ERROR || was_ready ? &figures->engines_broken : &figures->engines_refused;
}

void stats_note_failure(struct pool_stats *stats, int64_t pid, bool was_ready, const llmb_error *failure,
                        uint64_t now_ns) {
  *failures_like(&stats->figures, failure->status, was_ready) += 1;
  llmb_event *event = stats_add_event(stats, LLMB_EVENT_ENGINE_FAILED, now_ns);
  event->status = failure->status;
  event->pid = pid;
  event->exit_kind = failure->exit_kind;
  event->exit_value = failure->exit_value;
  event_set_text(event, "%s", failure->message);
}

/* Rounded up: what is told to be over is over. */
static unsigned long long whole_ms(uint64_t duration_ns) {
  return (duration_ns + 999999u) / 1000000u;
}

void stats_note_delay(struct pool_stats *stats, uint64_t until_ns, uint64_t now_ns) {
  if (until_ns == stats->delayed_until_ns || until_ns == LLMB_NEVER) return;
  stats->delayed_until_ns = until_ns;
  llmb_event *event = stats_add_event(stats, LLMB_EVENT_START_DELAYED, now_ns);
  event_set_text(event, "for %llu ms", whole_ms(until_ns - now_ns));
}

void stats_note_breaker(struct pool_stats *stats, const struct restart_policy *policy, uint64_t now_ns) {
  static const char *const names[BREAKER_STATE_COUNT] = {"closed", "open", "half open"};
  if (policy->breaker == stats->breaker) return;
  stats->breaker = policy->breaker;
  llmb_event *event = stats_add_event(stats, LLMB_EVENT_BREAKER, now_ns);
  event_set_text(event, "%s", names[policy->breaker]);
  if (policy->breaker != BREAKER_OPEN || policy->open_until_ns <= now_ns) return;
  event_set_text(event, "open for %llu ms", whole_ms(policy->open_until_ns - now_ns));
}

void llmb_stats_init(llmb_stats *stats) {
  if (stats == NULL) return;
  memset(stats, 0, sizeof *stats);
  stats->struct_size = sizeof *stats;
}
