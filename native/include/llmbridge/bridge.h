/**
 * A bridge: one engine configuration, its worker processes and its queue.
 *
 * Opening is cheap and starts nothing; the first call starts what it needs, and llmb_bridge_start does so ahead of
 * time. Workers belong to the bridge, not to the call that caused their start.
 */
#ifndef LLMBRIDGE_BRIDGE_H
#define LLMBRIDGE_BRIDGE_H

#include "settings.h"

#ifdef __cplusplus
extern "C" {
#endif

/** An open bridge. Safe to use from any number of threads at once. */
typedef struct llmb_bridge llmb_bridge;

/** Layers of an engine's sandbox: what the process has given up for good. Bits. */
enum llmb_sandbox_layer {
  LLMB_SANDBOX_PRIVILEGES = 1, /**< No new privileges. */
  LLMB_SANDBOX_LIMITS = 2,     /**< No core dumps, no written files, few descriptors, memory_mb. */
  LLMB_SANDBOX_FILES = 4,      /**< Only its libraries and its model can be read; nothing written or executed. */
  LLMB_SANDBOX_CALLS = 8,      /**< No program, process, thread, file or socket can be opened. */
  LLMB_SANDBOX_ALL = 15        /**< All of them: what `sandbox` = required asks for. */
};

/** Opens a bridge: checks settings and environment, finds the engine's program, starts nothing yet.
 * @param settings  NULL for what the environment and the defaults say; copied.
 * Owner:   the caller closes *out_bridge exactly once, after its calls.
 * Errors:  LLMB_E_INVALID_ARGUMENT, LLMB_E_NOT_FOUND (model or program), LLMB_E_MODEL_INVALID, LLMB_E_UNSUPPORTED. */
LLMB_API llmb_status llmb_bridge_open(const llmb_settings *settings, llmb_bridge **out_bridge, llmb_error *out_error);

/** Starts a worker if none is there and waits until one is ready or the clock reaches deadline_ns.
 * A deadline that passes does not stop the start.
 * Errors:  LLMB_E_DEADLINE_EXCEEDED with phase load, and whatever keeps the engine from starting. */
LLMB_API llmb_status llmb_bridge_start(llmb_bridge *bridge, uint64_t deadline_ns, llmb_error *out_error);

/** What the ready engine said of itself and its model, as a JSON object; "{}" before any worker was ready. The library
 * adds the member "sandbox": an array of the names of the layers that hold.
 * Owner: the caller frees *out_json with llmb_free. */
LLMB_API llmb_status llmb_bridge_info(llmb_bridge *bridge, char **out_json, llmb_error *out_error);

/** Which layers of the sandbox hold in the ready engine: bits of llmb_sandbox_layer, 0 before any worker was ready. */
LLMB_API llmb_status llmb_bridge_sandbox(llmb_bridge *bridge, uint32_t *out_layers);

/** How far the loading of the model is, from 0 to 1000; 1000 when a worker is ready. Only looks. */
LLMB_API llmb_status llmb_bridge_load_progress(llmb_bridge *bridge, uint32_t *out_permille);

/** Process number of the bridge's most recently started worker, 0 if none runs. For logs and tests, not for signals. */
LLMB_API llmb_status llmb_bridge_worker_pid(llmb_bridge *bridge, int64_t *out_pid);

/** Ends the workers, waits for them (bounded), frees the bridge. Calls still open end as cancelled and must be closed
 * afterwards all the same. The last bridge of the process also ends the keeper. NULL is fine. */
LLMB_API void llmb_bridge_close(llmb_bridge *bridge);

/** For runtimes with an event loop: waits until watched calls (llmb_call_watch) have news, and says which.
 * @param out_tokens  receives the tokens of calls that have something to read or have ended; each watch reports once.
 * @param out_count   how many tokens were written; 0 with LLMB_OK after llmb_pump_wake or when deadline_ns passed.
 * Threads: one pump at a time for each bridge. */
LLMB_API llmb_status llmb_pump_wait(llmb_bridge *bridge, uint64_t *out_tokens, uint32_t capacity, uint64_t deadline_ns,
                                    uint32_t *out_count, llmb_error *out_error);

/** Makes the llmb_pump_wait in progress, or the next one, return at once. Any thread. */
LLMB_API llmb_status llmb_pump_wake(llmb_bridge *bridge);

#ifdef __cplusplus
}
#endif

#endif
