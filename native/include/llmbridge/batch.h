/**
 * Batches: many prompts or texts in one submission. Each item is a call of its own, with its own outcome; as many run
 * at once as the bridge has slots, and an engine that computes calls together computes these together.
 *
 * Like a call, a batch moves on when its owner looks at it: llmb_batch_next starts and reads items while it waits.
 */
#ifndef LLMBRIDGE_BATCH_H
#define LLMBRIDGE_BATCH_H

#include "call.h"

#ifdef __cplusplus
extern "C" {
#endif

/** A batch in progress. One thread at a time. */
typedef struct llmb_batch llmb_batch;

enum {
  LLMB_BATCH_ITEMS_MAX = 65536, /**< Items in one batch. */
  LLMB_BATCH_END = -1           /**< In place of an item's number: all items have been told. */
};

/** In which order items are told. */
enum llmb_batch_order {
  LLMB_BATCH_AS_THEY_COME = 0, /**< Each as soon as it has ended. */
  LLMB_BATCH_IN_ORDER = 1      /**< As they were given. */
};

/** Starts a batch of prompts. Everything given is copied.
 * @param prompts   count pointers to UTF-8 without NUL bytes, each of at least one byte.
 * @param sizes     their sizes in bytes.
 * @param count     1 to LLMB_BATCH_ITEMS_MAX.
 * @param settings  call settings for each item; the time limits hold for each, from when it gets its turn. NULL for the
 *                  bridge's.
 * @param order     one of llmb_batch_order.
 * Owner:   the caller closes *out_batch exactly once, before the bridge.
 * Errors:  LLMB_E_INVALID_ARGUMENT, LLMB_E_OUT_OF_MEMORY, LLMB_E_FORKED. What is wrong with one item is its own
 *          outcome. */
LLMB_API llmb_status llmb_batch_start(llmb_bridge *bridge, const uint8_t *const *prompts, const uint64_t *sizes,
                                      uint32_t count, const llmb_settings *settings, uint32_t order,
                                      llmb_batch **out_batch, llmb_error *out_error);

/** Starts a batch of texts to embed, each with an outcome of its own (in llmb_embed_texts one that fails fails all). */
LLMB_API llmb_status llmb_batch_start_embed(llmb_bridge *bridge, const uint8_t *const *texts, const uint64_t *sizes,
                                            uint32_t count, const llmb_settings *settings, uint32_t order,
                                            llmb_batch **out_batch, llmb_error *out_error);

/** Waits until another item has ended, and tells which and how.
 * @param out_index   the item's number, counted from 0; LLMB_BATCH_END when all were told.
 * @param out_status  how the item ended; LLMB_OK if it has an answer.
 * @param out_error   if it failed, why; also why this call failed.
 * Errors:  LLMB_E_NOT_READY when deadline_ns passed. */
LLMB_API llmb_status llmb_batch_next(llmb_batch *batch, uint64_t deadline_ns, int32_t *out_index,
                                     llmb_status *out_status, llmb_error *out_error);

/** The answer of an item that was told: NUL-terminated UTF-8 of *out_size bytes (out_size may be NULL). Of one that
 * failed, what had come of it. Never NULL for an item of a batch of prompts; owned by the batch. */
LLMB_API const char *llmb_batch_text(const llmb_batch *batch, uint32_t index, uint64_t *out_size);

/** The vector of an item that was told: *out_dimension numbers, owned by the batch; NULL and 0 if it has none. */
LLMB_API const float *llmb_batch_vector(const llmb_batch *batch, uint32_t index, uint64_t *out_dimension);

/** What is known of an item that was told and succeeded. */
LLMB_API llmb_status llmb_batch_result(const llmb_batch *batch, uint32_t index, llmb_result *out_result);

/** Asks what has not ended to end as cancelled; never waits. Any thread. */
LLMB_API llmb_status llmb_batch_cancel(llmb_batch *batch);

/** Frees the batch with all its answers; cancels what has not ended. Never waits. NULL is fine. */
LLMB_API void llmb_batch_close(llmb_batch *batch);

#ifdef __cplusplus
}
#endif

#endif
