/**
 * What a bridge has done and is doing: counters, times, its workers, and its recent events.
 *
 * Looking costs a lock and a copy. It takes in what has become of the engines meanwhile, and starts none that no call
 * waits for. Counters only grow and begin at 0 when the bridge is opened.
 */
#ifndef LLMBRIDGE_STATS_H
#define LLMBRIDGE_STATS_H

#include "bridge.h"

#ifdef __cplusplus
extern "C" {
#endif

enum {
  LLMB_STATS_WORKERS_MAX = 64, /**< As many workers as a bridge may have. */
  LLMB_STATS_BUCKETS = 28,     /**< Buckets of a histogram; see llmb_stats_bucket_ms. */
  LLMB_STATS_STATUSES = 32,    /**< More than there are status codes below 99, so that new ones find room. */
  LLMB_EVENT_TEXT_SIZE = 192   /**< Bytes of an event's text, its NUL included. */
};

/** What a worker is doing. */
enum llmb_worker_state {
  LLMB_WORKER_NONE = 0,     /**< There is no worker in this place. */
  LLMB_WORKER_STARTING = 1, /**< Its process is being started. */
  LLMB_WORKER_LOADING = 2,  /**< It loads its model. */
  LLMB_WORKER_READY = 3,    /**< It takes calls. */
  LLMB_WORKER_RETIRING = 4, /**< It finishes what it has and takes nothing more. */
  LLMB_WORKER_STOPPING = 5  /**< It is dying or was killed. */
};

/** Whether engines may be started. */
enum llmb_breaker_state {
  LLMB_BREAKER_CLOSED = 0,   /**< They may, perhaps after a pause. */
  LLMB_BREAKER_OPEN = 1,     /**< They failed too often: not for a while, calls fail as unavailable. */
  LLMB_BREAKER_HALF_OPEN = 2 /**< One may, and decides. */
};

/** One place for a worker. */
typedef struct llmb_worker {
  uint32_t state;  /**< One of llmb_worker_state. */
  uint32_t calls;  /**< Calls it has in its slots, also those that it was told to give up and has not yet. */
  int64_t pid;     /**< Its process number, 0 if there is none yet. For logs, not for signals. */
  uint64_t served; /**< Calls this process was given. */
  double ready_ms; /**< For how long it has been ready, milliseconds; 0 if it is not. */
} llmb_worker;

/** Counters and states of a bridge at one moment. Owned by the caller, holds no pointers. */
typedef struct llmb_stats {
  uint32_t struct_size; /**< Set by llmb_stats_init. */
  uint32_t breaker;     /**< One of llmb_breaker_state. */

  uint32_t calls_active; /**< Calls in a slot now: the sum of the workers' calls. */
  uint32_t calls_queued; /**< Calls waiting for one now. */

  uint64_t calls_started;                    /**< Calls with good arguments. Each ends once. */
  uint64_t calls_refused;                    /**< Of those that have ended, turned away: overloaded, unavailable. */
  uint64_t calls_ended[LLMB_STATS_STATUSES]; /**< Calls that have ended, by llmb_status; [0] succeeded. Internal errors
                                                are in the last place. */
  uint64_t calls_moved;                      /**< Times a call went to another engine, the first not having begun it. */
  uint64_t calls_repeated;                   /**< Times one was begun anew after its engine had died. */
  uint64_t calls_resumed;                    /**< Times one was continued in mid-answer after its engine had died. */
  uint64_t prompt_tokens, completion_tokens; /**< Of calls that succeeded; llmb_count_tokens adds none. */

  uint64_t engines_started; /**< Engine processes asked for. Each that has ended is in one of the last five. */
  uint64_t engines_ready;   /**< Of those, got ready. */
  uint64_t engines_retired; /**< Ended by their own wish: idle, or recycled. */
  uint64_t engines_crashed; /**< Died of a signal, or exited uncalled for. */
  uint64_t engines_hung;    /**< Killed for making no progress, or for not giving up a call. */
  uint64_t engines_broken;  /**< Killed for breaking the protocol. */
  uint64_t engines_refused; /**< Could not start: no program, bad model, no memory. */

  double total_ms_sum;                         /**< Total time of the calls in total_ms. */
  double first_token_ms_sum;                   /**< The same to their first pieces. */
  uint64_t total_ms[LLMB_STATS_BUCKETS];       /**< Calls that succeeded, by total time. */
  uint64_t first_token_ms[LLMB_STATS_BUCKETS]; /**< Calls to which something came, by the time to its first piece. */

  llmb_worker workers[LLMB_STATS_WORKERS_MAX]; /**< By place; the first `workers` (the setting) are in use. */
} llmb_stats;

/** Prepares statistics for use: sets struct_size and clears the rest. */
LLMB_API void llmb_stats_init(llmb_stats *stats);

/** Looks at everything at once. Any thread, at any time before the bridge is closed.
 * Errors:  LLMB_E_INVALID_ARGUMENT if struct_size was not set, LLMB_E_FORKED. */
LLMB_API llmb_status llmb_bridge_stats(llmb_bridge *bridge, llmb_stats *out_stats, llmb_error *out_error);

/** The upper bound of a histogram's bucket in milliseconds: 0.016 doubled from bucket to bucket; the last one has none
 * (infinity). */
LLMB_API double llmb_stats_bucket_ms(uint32_t bucket);

/** What happened. */
enum llmb_event_kind {
  LLMB_EVENT_ENGINE_STARTING = 1, /**< An engine's process was asked for; the text says why. */
  LLMB_EVENT_ENGINE_READY = 2,    /**< It takes calls; the text is what it says of itself, cut. */
  LLMB_EVENT_ENGINE_RETIRED = 3,  /**< It ended by its own wish. */
  LLMB_EVENT_ENGINE_FAILED = 4, /**< It crashed, hung, broke the protocol or could not start: see status, exit, text. */
  LLMB_EVENT_START_DELAYED = 5, /**< An engine is needed but may not be started before a pause is over. */
  LLMB_EVENT_BREAKER = 6,       /**< The breaker has another state: the text names it. */
  LLMB_EVENT_CALL_MOVED = 7,    /**< A call goes on in another engine, from where it was. */
  LLMB_EVENT_CALL_FAILED = 8,   /**< A call has ended with a failure; not told when its caller cancelled it. */
  LLMB_EVENT_CALL_REFUSED = 9,  /**< Calls are turned away; only the first of a row is told, the counter has all. */
  LLMB_EVENT_SESSION = 11,      /**< What was found in a session's log: a torn end, or another model's name. */
  LLMB_EVENT_SANDBOX_INCOMPLETE = 10 /**< A ready engine lacks layers of its sandbox, which the text names, and is
                                          used all the same (sandbox=best_effort). */
};

/** One thing that happened to a bridge. Never holds a prompt or an answer; an engine's last words are its own. */
typedef struct llmb_event {
  uint64_t sequence;               /**< 1 for the first event of the bridge, and so on. */
  uint64_t time_ns;                /**< When, on llmb_clock_ns. */
  uint32_t kind;                   /**< One of llmb_event_kind. */
  int32_t status;                  /**< An llmb_status: what failed, LLMB_OK if nothing did. */
  int64_t pid;                     /**< The engine's process, 0 if none is concerned or none is there yet. */
  int32_t exit_kind;               /**< How that process ended: as in llmb_error. */
  int32_t exit_value;              /**< As in llmb_error. */
  uint64_t call_id;                /**< The call concerned (counted from 1 as calls start), 0 if none is. */
  char text[LLMB_EVENT_TEXT_SIZE]; /**< For people: UTF-8, NUL-terminated, cut to fit. */
} llmb_event;

/** Copies the events that came after number `after`, oldest first. A bridge remembers its last 128: a first sequence
 * above after + 1 says that some were lost.
 * @param out_events  room for `capacity` of them.
 * @param out_count   how many were copied. */
LLMB_API llmb_status llmb_bridge_events(llmb_bridge *bridge, uint64_t after, llmb_event *out_events, uint32_t capacity,
                                        uint32_t *out_count, llmb_error *out_error);

/** The state's name, such as "ready". Never NULL, never freed. */
LLMB_API const char *llmb_worker_state_name(uint32_t state);

/** The kind's name, such as "engine_failed". Never NULL, never freed. */
LLMB_API const char *llmb_event_kind_name(uint32_t kind);

#ifdef __cplusplus
}
#endif

#endif
