/* The statuses, a row each: value, name, classes. What a status means to the library is asked of its classes, so that a
 * new one is thought about once, here. */
#ifndef LLMB_CORE_STATUS_ROWS_H
#define LLMB_CORE_STATUS_ROWS_H

#include <stdbool.h>
#include <stdint.h>

#include <llmbridge/status.h>

enum status_class { /* bits */
                    /* A failure that another engine may not have: a fallback is tried, where there is one. */
                    STATUS_ENGINES_FAULT = 1,
                    /* What an engine may say of a request, or of a program or machine that it asks; anything
                     * else that it says is its own "no". */
                    STATUS_ENGINE_MAY_SAY = 2,
                    /* What an engine that refuses to start may say of itself. */
                    STATUS_START_MAY_SAY = 4,
                    /* A start that failed so would fail so again: it is not tried again before somebody asks. */
                    STATUS_ENDS_FOR_GOOD = 8,
                    /* The call was refused before anything was begun: here, or by the server that an engine asked. */
                    STATUS_REFUSAL = 16,
                    /* A time limit of the caller's or of the start passed. */
                    STATUS_TIME_LIMIT = 32
};

#define STATUS_ROWS(ROW)                                                                                          \
  ROW(LLMB_OK, "ok", 0)                                                                                           \
  ROW(LLMB_E_INVALID_ARGUMENT, "invalid_argument",                                                                \
      STATUS_ENGINE_MAY_SAY | STATUS_START_MAY_SAY | STATUS_ENDS_FOR_GOOD)                                        \
  ROW(LLMB_E_NOT_FOUND, "not_found",                                                                              \
      STATUS_ENGINES_FAULT | STATUS_ENGINE_MAY_SAY | STATUS_START_MAY_SAY | STATUS_ENDS_FOR_GOOD)                 \
  ROW(LLMB_E_SPAWN_FAILED, "spawn_failed", STATUS_ENGINES_FAULT | STATUS_ENGINE_MAY_SAY | STATUS_START_MAY_SAY)   \
  ROW(LLMB_E_START_TIMEOUT, "start_timeout", STATUS_ENGINES_FAULT | STATUS_TIME_LIMIT)                            \
  ROW(LLMB_E_DEADLINE_EXCEEDED, "deadline_exceeded", STATUS_TIME_LIMIT)                                           \
  ROW(LLMB_E_CANCELLED, "cancelled", 0)                                                                           \
  ROW(LLMB_E_ENGINE_CRASHED, "engine_crashed", STATUS_ENGINES_FAULT | STATUS_ENGINE_MAY_SAY)                      \
  ROW(LLMB_E_ENGINE_HUNG, "engine_hung", STATUS_ENGINES_FAULT | STATUS_ENGINE_MAY_SAY)                            \
  ROW(LLMB_E_OUTPUT_INVALID, "output_invalid", STATUS_ENGINE_MAY_SAY)                                             \
  ROW(LLMB_E_OUTPUT_TOO_LARGE, "output_too_large", STATUS_ENGINE_MAY_SAY)                                         \
  ROW(LLMB_E_OVERLOADED, "overloaded", STATUS_REFUSAL | STATUS_ENGINE_MAY_SAY)                                    \
  ROW(LLMB_E_UNAVAILABLE, "unavailable", STATUS_ENGINES_FAULT | STATUS_REFUSAL | STATUS_ENGINE_MAY_SAY)           \
  ROW(LLMB_E_MODEL_INVALID, "model_invalid", STATUS_ENGINES_FAULT | STATUS_START_MAY_SAY | STATUS_ENDS_FOR_GOOD)  \
  ROW(LLMB_E_PROTOCOL_ERROR, "protocol_error",                                                                    \
      STATUS_ENGINES_FAULT | STATUS_ENGINE_MAY_SAY | STATUS_START_MAY_SAY | STATUS_ENDS_FOR_GOOD)                 \
  ROW(LLMB_E_UNSUPPORTED, "unsupported", STATUS_ENGINE_MAY_SAY | STATUS_START_MAY_SAY | STATUS_ENDS_FOR_GOOD)     \
  ROW(LLMB_E_OUT_OF_MEMORY, "out_of_memory", STATUS_ENGINES_FAULT | STATUS_ENGINE_MAY_SAY | STATUS_START_MAY_SAY) \
  ROW(LLMB_E_ENGINE_ERROR, "engine_error", 0)                                                                     \
  ROW(LLMB_E_POISONED, "poisoned", 0)                                                                             \
  ROW(LLMB_E_FORKED, "forked", 0)                                                                                 \
  ROW(LLMB_E_CONTEXT_FULL, "context_full", STATUS_ENGINE_MAY_SAY)                                                 \
  ROW(LLMB_E_NOT_READY, "not_ready", 0)                                                                           \
  ROW(LLMB_E_INTERNAL, "internal", 0)

/* Whether a status is of this class; no other number is of any. */
bool status_is(llmb_status status, enum status_class class_bit);

/* The names of the classes, by bit; NULL at the end. */
extern const char *const status_class_names[];

#endif
