/* What a bridge counts and its last events. Everything here is called under the bridge's lock, allocates nothing and
 * reads no clock. Of a call only numbers come in, so that no event can hold a prompt or an answer. */
#ifndef LLMB_POOL_STATS_H
#define LLMB_POOL_STATS_H

#include <stdbool.h>

#include <llmbridge/stats.h>

#include "pool/pool_limits.h"
#include "pool/restart_policy.h"

struct pool_stats {
  llmb_stats figures; /* the counters; the states of a moment are filled in when somebody looks */
  uint64_t event_count;
  llmb_event events[POOL_EVENTS_MAX]; /* a ring: number n lies at (n - 1) % POOL_EVENTS_MAX */
  enum breaker_state breaker;         /* as told last */
  uint64_t delayed_until_ns;          /* the same */
};

void stats_open(struct pool_stats *stats);

/* Calls. */
void stats_count_end(struct pool_stats *stats, llmb_status outcome);
void stats_count_time(uint64_t *buckets, double *sum_ms, uint64_t duration_ns);

/* Engines. */
void stats_note_start(struct pool_stats *stats, uint32_t calls_waiting, bool after_failure, uint64_t now_ns);
void stats_note_ready(struct pool_stats *stats, int64_t pid, const char *info, uint64_t now_ns);
void stats_note_sandbox(struct pool_stats *stats, int64_t pid, uint32_t layers_missing, uint64_t now_ns);
void stats_note_retirement(struct pool_stats *stats, int64_t pid, uint64_t calls_served, uint64_t now_ns);
void stats_note_failure(struct pool_stats *stats, int64_t pid, bool was_ready, const llmb_error *failure,
                        uint64_t now_ns);

/* The restart policy: tells what has changed since the last time, if anything has. */
void stats_note_delay(struct pool_stats *stats, uint64_t until_ns, uint64_t now_ns);
void stats_note_breaker(struct pool_stats *stats, const struct restart_policy *policy, uint64_t now_ns);

/* A new event, for its text and the rest to be filled in; it takes the oldest one's place. */
llmb_event *stats_add_event(struct pool_stats *stats, enum llmb_event_kind kind, uint64_t now_ns);
void event_set_text(llmb_event *event, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Copies the events after number `after`, oldest first; returns how many. */
uint32_t stats_copy_events(const struct pool_stats *stats, uint64_t after, llmb_event *out, uint32_t capacity);

#endif
