/* When a worker may be started again: backoff, a limit on restarts, and a breaker. Pure: time comes in as a parameter
 * and chance from a seed, so that a test can live through years of it. One policy serves all workers of a pool. */
#ifndef LLMB_RESTART_POLICY_H
#define LLMB_RESTART_POLICY_H

#include <stdbool.h>
#include <stdint.h>

enum { RESTART_LIMIT_MAX = 1000 };

enum breaker_state {
  BREAKER_CLOSED,    /* restarts are allowed, perhaps after a pause */
  BREAKER_OPEN,      /* none before open_until_ns */
  BREAKER_HALF_OPEN, /* one may be started, and decides */
  BREAKER_STATE_COUNT
};

enum restart_end {
  RESTART_END_CLEAN,    /* it retired, or was closed */
  RESTART_END_EXCUSED,  /* it died, and that is no fault of engine or pool */
  RESTART_END_PAUSED,   /* the same, but there were many of late: the next start waits */
  RESTART_END_FAILED,   /* it crashed, hung or broke the protocol */
  RESTART_END_PERMANENT /* it cannot start: no program, bad model, another version; trying again changes nothing */
};

enum restart_verdict {
  RESTART_NOW,
  RESTART_LATER,  /* at *at_ns */
  RESTART_REFUSED /* the breaker is open until *at_ns */
};

struct restart_policy {
  uint32_t limit; /* restarts allowed within the window */
  uint64_t window_ns;
  uint64_t chance; /* state of the random numbers */
  enum breaker_state breaker;
  uint64_t open_until_ns, not_before_ns;
  uint32_t opened_count;                   /* times the breaker has opened without a good spell between */
  uint32_t failure_count;                  /* failures in a row that were paused after, for the backoff */
  uint32_t row_count;                      /* restarts since a call was last answered */
  bool pending_restart;                    /* the next start follows a failure that is counted */
  bool follows_death;                      /* the next start follows a death, counted or not */
  bool probing;                            /* half-open: the one start that decides is under way */
  uint64_t restarts_ns[RESTART_LIMIT_MAX]; /* when the last ones were; a ring */
  uint32_t restart_next;
};

/* What the policy wants to know of one worker; all zero before it got ready. */
struct restart_worker {
  uint64_t ready_ns; /* since when; 0 if it never was */
  bool answered;     /* a call has succeeded since then */
};

void restart_policy_init(struct restart_policy *policy, uint32_t limit, uint64_t window_ns, uint64_t seed);

/* Whether a worker may be started at now_ns. Changes nothing but an open breaker whose time is over, which becomes
 * half-open. */
enum restart_verdict restart_ask(struct restart_policy *policy, uint64_t now_ns, uint64_t *at_ns);

/* What happened. */
void restart_note_start(struct restart_policy *policy, uint64_t now_ns);
void restart_note_ready(struct restart_worker *worker, uint64_t now_ns);
void restart_note_success(struct restart_policy *policy, struct restart_worker *worker, uint64_t now_ns);
void restart_note_end(struct restart_policy *policy, const struct restart_worker *worker, enum restart_end end,
                      uint64_t now_ns);

/* A death that was excused was the engine's fault after all: a restart more within the window. */
void restart_charge(struct restart_policy *policy, uint64_t now_ns);

#endif
