/**
 * A call in flight: start, read piece by piece, cancel, finish. Blocking functions are built on top.
 *
 * Nothing happens behind the host's back: a call moves on when its owner reads, polls or finishes it. Each call gets
 * exactly one outcome, by its deadline.
 */
#ifndef LLMBRIDGE_CALL_H
#define LLMBRIDGE_CALL_H

#include "bridge.h"

#ifdef __cplusplus
extern "C" {
#endif

/** One call. One thread at a time, except llmb_call_cancel, which any thread may use. */
typedef struct llmb_call llmb_call;

/** Why an answer ended. */
enum llmb_finish_reason {
  LLMB_FINISH_NONE = 0,        /**< It has not ended, or it failed. */
  LLMB_FINISH_STOP = 1,        /**< The model ended its answer. */
  LLMB_FINISH_LENGTH = 2,      /**< max_tokens or the context was reached. */
  LLMB_FINISH_STOP_STRING = 3, /**< One of the stop strings came up. */
  LLMB_FINISH_TOOL_CALLS = 4   /**< The model calls tools (llmb_call_tool_calls) and waits for what they give. */
};

/** What is known of a call that succeeded. Owned by the caller, holds no pointers. */
typedef struct llmb_result {
  uint32_t struct_size;       /**< Set by llmb_result_init. */
  uint32_t finish_reason;     /**< One of llmb_finish_reason. */
  uint32_t fallback;          /**< 1 when another engine than the first named answered. */
  uint32_t attempts;          /**< How many engines the call was given to; 1 is the normal case. */
  uint64_t prompt_tokens;     /**< Tokens of the prompt, as the engine counted them. */
  uint64_t completion_tokens; /**< Tokens of the answer. */
  double queue_ms;            /**< Waiting for a slot, milliseconds. */
  double start_ms;            /**< Of that, waiting for an engine to start and load. */
  double first_token_ms;      /**< From the start of the call to its first piece. */
  double total_ms;            /**< From the start of the call to its end. */
  char engine[32];            /**< The engine that answered, NUL-terminated. */
} llmb_result;

/** Prepares a result for use: sets struct_size and clears the rest. */
LLMB_API void llmb_result_init(llmb_result *result);

/** The finish reason's name, such as "length". Never NULL, never freed. */
LLMB_API const char *llmb_finish_reason_name(uint32_t reason);

/** Starts a call; returns without waiting for an engine. Prompt and settings are copied.
 * @param prompt    UTF-8 without NUL bytes, at least one byte; none is needed where the setting `messages` stands in
 *                  its place.
 * @param settings  call settings for this call alone; NULL for the bridge's.
 * Owner:   the caller closes *out_call exactly once.
 * Errors:  LLMB_E_INVALID_ARGUMENT, LLMB_E_OVERLOADED, LLMB_E_FORKED, and whatever keeps an engine from starting. */
LLMB_API llmb_status llmb_call_start(llmb_bridge *bridge, const uint8_t *prompt, uint64_t prompt_size,
                                     const llmb_settings *settings, llmb_call **out_call, llmb_error *out_error);

/** Copies the next piece of the answer: whole UTF-8 characters only. Waits until there is one or deadline_ns passes.
 * @param capacity  at least 4 bytes.
 * @param out_size  bytes written; 0 with LLMB_OK is the end of the answer.
 * Errors:  LLMB_E_NOT_READY when deadline_ns (not the call's own limit) passed; else how the call failed, each time. */
LLMB_API llmb_status llmb_call_read(llmb_call *call, uint8_t *buffer, uint64_t capacity, uint64_t deadline_ns,
                                    uint64_t *out_size, llmb_error *out_error);

/** Waits until a read would return something (a piece, the end, a failure) or deadline_ns passes.
 * Errors:  LLMB_E_NOT_READY when it passed. */
LLMB_API llmb_status llmb_call_poll(llmb_call *call, uint64_t deadline_ns, llmb_error *out_error);

/** Asks llmb_pump_wait to report this token once, when a read would return something. The owner must not read between
 * the watch and its report; closing the call takes the watch back. */
LLMB_API llmb_status llmb_call_watch(llmb_call *call, uint64_t token, llmb_error *out_error);

/** Asks the call to end as cancelled; never waits. An answer already complete stays. Any thread. */
LLMB_API llmb_status llmb_call_cancel(llmb_call *call);

/** Waits for the end of the call, dropping text not yet read, and says what is known of it.
 * Errors:  LLMB_E_NOT_READY when deadline_ns passed; else how the call failed. */
LLMB_API llmb_status llmb_call_finish(llmb_call *call, uint64_t deadline_ns, llmb_result *out_result,
                                      llmb_error *out_error);

/** How many of the prompt's tokens the engine did not read again, since it still knew them from a call before that
 * begins alike. Of a call that has succeeded; else 0. */
LLMB_API uint64_t llmb_call_cached_prompt_tokens(const llmb_call *call);

/** What is known of a call that has ended, as a JSON object, for llmb_free to free: `cached_prompt_tokens`, and
 * `replaced`, how often the model said bytes that are no UTF-8 and that became U+FFFD; of a call that another engine
 * continued after a death `resumed`: "alike", or "otherwise" where how the prompt had been computed was lost;
 * `tool_parse`: "failed" where what the model said could not be read as calls of tools and is all in the answer's
 * text, else "parsed"; `reasoning` and `logprobs`, true, where llmb_call_reasoning and llmb_call_logprobs have
 * something to tell. Members are added, none removed.
 * @param out_json  NULL on failure.
 * Errors:  LLMB_E_NOT_READY before llmb_call_finish or a read has told the end. */
LLMB_API llmb_status llmb_call_details(const llmb_call *call, char **out_json);

/** The tools that the model calls, as a JSON array of {"id", "name", "arguments"}, for llmb_free to free; [] where it
 * calls none. Each is one of the setting `tools`, and its arguments keep that tool's `parameters`.
 * @param out_json  NULL on failure.
 * Errors:  LLMB_E_NOT_READY before llmb_call_finish or a read has told the end. */
LLMB_API llmb_status llmb_call_tool_calls(const llmb_call *call, char **out_json);

/** What the model thought before its answer, as NUL-terminated UTF-8, for llmb_free to free; empty where there is none,
 * or where it is part of the answer (reasoning=include).
 * @param out_text  NULL on failure.
 * Errors:  LLMB_E_NOT_READY before llmb_call_finish or a read has told the end. */
LLMB_API llmb_status llmb_call_reasoning(const llmb_call *call, char **out_text);

/** How probable the tokens of an answer were, for a call with the setting `logprobs`: a JSON array, for llmb_free to
 * free, with an object for each token in order: `token`, its text; `logprob`, the natural logarithm of its probability;
 * `top_logprobs`, the likeliest tokens at its place, the first one first, each with `token` and `logprob`. `id` is the
 * token's number, where the engine has told it; `bytes` are those of a token that is no UTF-8 by itself, whose text has
 * U+FFFD then. An empty array where the engine has told nothing and of a call that has failed; llmb_call_details has
 * `logprobs` where there are any. docs/tokens.md says what is measured.
 * @param out_json  NULL on failure.
 * Errors:  LLMB_E_NOT_READY before llmb_call_finish or a read has told the end. */
LLMB_API llmb_status llmb_call_logprobs(const llmb_call *call, char **out_json);

/** Frees the call; cancels it first if it has not ended. Never waits. NULL is fine. */
LLMB_API void llmb_call_close(llmb_call *call);

/** Asks and waits for the whole answer.
 * @param out_answer  NUL-terminated UTF-8 of *out_size bytes; NULL on failure.
 * @param out_size    may be NULL, as may out_result.
 * Owner:   the caller frees *out_answer with llmb_free.
 * Errors:  those of llmb_call_start and llmb_call_read. */
LLMB_API llmb_status llmb_generate(llmb_bridge *bridge, const uint8_t *prompt, uint64_t prompt_size,
                                   const llmb_settings *settings, char **out_answer, uint64_t *out_size,
                                   llmb_result *out_result, llmb_error *out_error);

/** Starts the embedding of one or more texts, which share the engine's work; returns without waiting for an engine.
 * @param texts  count pointers to UTF-8 without NUL bytes, each of at least one byte.
 * @param sizes  their sizes in bytes.
 * @param count  1 to 4096.
 * Owner and errors: as for llmb_call_start. */
LLMB_API llmb_status llmb_embed_start(llmb_bridge *bridge, const uint8_t *const *texts, const uint64_t *sizes,
                                      uint32_t count, const llmb_settings *settings, llmb_call **out_call,
                                      llmb_error *out_error);

/** Copies the next vector of an embedding call, in the order of the texts. Every number is finite, no vector is zero,
 * all have one dimension.
 * @param capacity       numbers the buffer holds; too few is LLMB_E_INVALID_ARGUMENT, tells the dimension and loses
 *                       nothing.
 * @param out_dimension  numbers of the vector; 0 with LLMB_OK when all were read.
 * Errors:  as for llmb_call_read. */
LLMB_API llmb_status llmb_call_read_vector(llmb_call *call, float *buffer, uint64_t capacity, uint64_t deadline_ns,
                                           uint64_t *out_dimension, llmb_error *out_error);

/** Embeds texts and waits for all vectors.
 * @param out_vectors    count vectors of *out_dimension numbers, one behind the other; NULL on failure.
 * @param out_result     may be NULL.
 * Owner:   the caller frees *out_vectors with llmb_free. */
LLMB_API llmb_status llmb_embed_texts(llmb_bridge *bridge, const uint8_t *const *texts, const uint64_t *sizes,
                                      uint32_t count, const llmb_settings *settings, float **out_vectors,
                                      uint64_t *out_dimension, llmb_result *out_result, llmb_error *out_error);

/** Starts counting the tokens of a text as the engine's model divides it, without a chat template: prompt_tokens of the
 * result, once llmb_call_finish gives it. Owner and errors: as for llmb_call_start. */
LLMB_API llmb_status llmb_count_tokens_start(llmb_bridge *bridge, const uint8_t *text, uint64_t size,
                                             llmb_call **out_call, llmb_error *out_error);

/** Counts the tokens of a text and waits for it. */
LLMB_API llmb_status llmb_count_tokens(llmb_bridge *bridge, const uint8_t *text, uint64_t size, uint64_t *out_count,
                                       llmb_error *out_error);

/** Starts dividing a text into tokens, those that the model wants at its ends included, without a chat template. The
 * answer, which is read like any text, is a JSON array of the tokens' numbers.
 * @param settings  `special` says what becomes of a text that spells a control token; NULL is fine.
 * Owner and errors: as for llmb_call_start. */
LLMB_API llmb_status llmb_tokenize_start(llmb_bridge *bridge, const uint8_t *text, uint64_t size,
                                         const llmb_settings *settings, llmb_call **out_call, llmb_error *out_error);

/** Divides a text into tokens and waits for it.
 * Owner:   the caller frees *out_tokens with llmb_free. */
LLMB_API llmb_status llmb_tokenize(llmb_bridge *bridge, const uint8_t *text, uint64_t size,
                                   const llmb_settings *settings, int32_t **out_tokens, uint64_t *out_count,
                                   llmb_error *out_error);

/** Starts making text of tokens, which is read like an answer. Bytes that are no UTF-8, such as half of a character,
 * become U+FFFD. The tokens of a text, made text again, are that text, where the model's tokenizer loses nothing.
 * @param settings  with `special=parse` control tokens are spelled, else they are left out; NULL is fine.
 * Errors:  LLMB_E_INVALID_ARGUMENT for a number that is no token of the model; else as for llmb_call_start. */
LLMB_API llmb_status llmb_detokenize_start(llmb_bridge *bridge, const int32_t *tokens, uint64_t count,
                                           const llmb_settings *settings, llmb_call **out_call, llmb_error *out_error);

/** Makes text of tokens and waits for it.
 * @param out_text  NUL-terminated UTF-8 of *out_size bytes; NULL on failure.
 * Owner:   the caller frees *out_text with llmb_free. */
LLMB_API llmb_status llmb_detokenize(llmb_bridge *bridge, const int32_t *tokens, uint64_t count,
                                     const llmb_settings *settings, char **out_text, uint64_t *out_size,
                                     llmb_error *out_error);

/** Starts the call of any method of a JSON-RPC daemon; its result, as JSON text, is read like an answer.
 * @param method       NUL-terminated UTF-8.
 * @param params_json  a JSON object or array; NULL with params_size 0 for none.
 * Owner:   the caller closes *out_call exactly once.
 * Errors:  as for llmb_call_start; LLMB_E_UNSUPPORTED for engines without methods; LLMB_E_ENGINE_ERROR where the daemon
 *          answers with an error. */
LLMB_API llmb_status llmb_invoke_start(llmb_bridge *bridge, const char *method, const uint8_t *params_json,
                                       uint64_t params_size, const llmb_settings *settings, llmb_call **out_call,
                                       llmb_error *out_error);

/** Calls a method and waits for its result.
 * @param out_json  NUL-terminated JSON of *out_size bytes; NULL on failure. out_size and out_result may be NULL.
 * Owner:   the caller frees *out_json with llmb_free. */
LLMB_API llmb_status llmb_invoke(llmb_bridge *bridge, const char *method, const uint8_t *params_json,
                                 uint64_t params_size, const llmb_settings *settings, char **out_json,
                                 uint64_t *out_size, llmb_result *out_result, llmb_error *out_error);

#ifdef __cplusplus
}
#endif

#endif
