/**
 * Status codes, the error that goes with them, and time.
 *
 * Every fallible function returns an llmb_status and, where it can say more, fills the caller's llmb_error. There is
 * no thread-local "last error": the detail belongs to the caller, so it cannot go stale and can cross threads.
 */
#ifndef LLMBRIDGE_STATUS_H
#define LLMBRIDGE_STATUS_H

#include <stdint.h>

#include "export.h"

#ifdef __cplusplus
extern "C" {
#endif

/** One of llmb_status_value; a typedef so that its width never depends on a compiler. */
typedef int32_t llmb_status;

/** How a call to the library ended. The numbers are frozen and never reused. */
enum llmb_status_value {
  LLMB_OK = 0,                  /**< It worked. */
  LLMB_E_INVALID_ARGUMENT = 1,  /**< An argument or a setting is wrong; the message names it and what is allowed. */
  LLMB_E_NOT_FOUND = 2,         /**< An engine program, model file or library does not exist. */
  LLMB_E_SPAWN_FAILED = 3,      /**< A process could not be started; the message names the step. */
  LLMB_E_START_TIMEOUT = 4,     /**< The engine made no progress towards being ready. */
  LLMB_E_DEADLINE_EXCEEDED = 5, /**< A time limit of the call passed; the message names which. */
  LLMB_E_CANCELLED = 6,         /**< The call was cancelled by its caller. */
  LLMB_E_ENGINE_CRASHED = 7,    /**< The engine process ended while the call needed it. */
  LLMB_E_ENGINE_HUNG = 8,       /**< The engine made no progress within the stall limit. */
  LLMB_E_OUTPUT_INVALID = 9,    /**< The answer is not what was asked for: UTF-8, JSON, numbers. */
  LLMB_E_OUTPUT_TOO_LARGE = 10, /**< The answer exceeds output_bytes. */
  LLMB_E_OVERLOADED = 11,       /**< The queue is full; nothing was started. */
  LLMB_E_UNAVAILABLE = 12,      /**< The engine has failed too often to be tried now. */
  LLMB_E_MODEL_INVALID = 13,    /**< The model file cannot be used; the message says what is wrong where. */
  LLMB_E_PROTOCOL_ERROR = 14,   /**< The engine broke the protocol and was stopped. */
  LLMB_E_UNSUPPORTED = 15,      /**< This engine or build does not do that. */
  LLMB_E_OUT_OF_MEMORY = 16,    /**< An allocation failed here or in the engine. */
  LLMB_E_ENGINE_ERROR = 17,     /**< The engine said no; its own message follows. */
  LLMB_E_POISONED = 18,         /**< The request was in flight when two engines died; it is not tried again. */
  LLMB_E_FORKED = 19,           /**< A handle was used in a child of the process that opened it. */
  LLMB_E_CONTEXT_FULL = 20,     /**< The prompt is longer than the context. */
  LLMB_E_NOT_READY = 21,        /**< A read found nothing yet; try again later. */
  LLMB_E_INTERNAL = 99          /**< A fault of the library's own. */
};

/** What was being done when something failed. */
enum llmb_phase {
  LLMB_PHASE_NONE = 0,      /**< Nothing failed. */
  LLMB_PHASE_CONFIGURE = 1, /**< Reading settings and arguments. */
  LLMB_PHASE_START = 2,     /**< Starting the engine's process. */
  LLMB_PHASE_LOAD = 3,      /**< The engine was loading its model. */
  LLMB_PHASE_QUEUE = 4,     /**< Waiting for a free slot. */
  LLMB_PHASE_PROMPT = 5,    /**< The engine was reading the prompt. */
  LLMB_PHASE_GENERATE = 6,  /**< The engine was answering. */
  LLMB_PHASE_EMBED = 7,     /**< The engine was computing an embedding. */
  LLMB_PHASE_VALIDATE = 8,  /**< The answer was being checked. */
  LLMB_PHASE_STOP = 9       /**< Something was being closed. */
};

/** How an engine process ended. */
enum llmb_exit_kind {
  LLMB_EXIT_NONE = 0,   /**< It did not end, or its end has no part in the error. */
  LLMB_EXIT_CODE = 1,   /**< It exited; exit_value is the exit status. */
  LLMB_EXIT_SIGNAL = 2, /**< A signal ended it; exit_value is the signal's number. */
  LLMB_EXIT_UNKNOWN = 3 /**< It ended, and nobody could learn how. */
};

/** What failed and why; written on failure only. Owned by the caller, holds no pointers. */
typedef struct llmb_error {
  uint32_t struct_size;  /**< Set by llmb_error_init; lets the struct grow. */
  llmb_status status;    /**< The status that was returned. */
  int32_t os_code;       /**< errno of the failing step, 0 if none. */
  int32_t exit_kind;     /**< One of llmb_exit_kind. */
  int32_t exit_value;    /**< Exit status or signal number. */
  uint32_t phase;        /**< One of llmb_phase. */
  uint32_t retry_safe;   /**< 1 when repeating the call cannot do anything twice. */
  uint32_t attempts;     /**< How many engines the call was given to. */
  double elapsed_ms;     /**< Milliseconds from the start of the call to the failure. */
  char engine[32];       /**< The engine concerned, NUL-terminated; empty if none. */
  char message[512];     /**< UTF-8, NUL-terminated, cut to fit; names the step, the value and what is allowed. */
  char engine_log[2048]; /**< The engine's last lines on stderr, UTF-8, NUL-terminated; untrusted text. */
} llmb_error;

/** Prepares an error for use: sets struct_size and clears the rest. */
LLMB_API void llmb_error_init(llmb_error *error);

/** The error as the JSON object that the simple calls return.
 * Owner: the caller frees *out_json with llmb_free. */
LLMB_API llmb_status llmb_error_to_json(const llmb_error *error, char **out_json);

/** The status's name, such as "engine_crashed"; "unknown" for a number that is none. Never NULL, never freed. */
LLMB_API const char *llmb_status_name(llmb_status status);

/** The table of all statuses as JSON: {"statuses":[{"name","status","classes":["engines_fault","engine_may_say",
 * "start_may_say","ends_for_good","refusal","time_limit"]}]}. Never NULL, never freed. */
LLMB_API const char *llmb_statuses_json(void);

/** The phase's name, such as "generate"; "none" for 0. Never NULL, never freed. */
LLMB_API const char *llmb_phase_name(uint32_t phase);

/** Number of the ABI: hosts compare it once, at load, with the one they were made for. */
LLMB_API uint32_t llmb_abi_version(void);

/** The library's version, such as "0.1.0". Never freed. */
LLMB_API const char *llmb_version(void);

/** A deadline that never passes. */
#define LLMB_NEVER UINT64_MAX

/** The clock of all deadlines: nanoseconds, monotonic, of this machine. */
LLMB_API uint64_t llmb_clock_ns(void);

/** The deadline that lies this many milliseconds ahead; saturates at LLMB_NEVER. */
LLMB_API uint64_t llmb_deadline_after_ms(uint64_t milliseconds);

/** Frees what the library allocated for the caller: answers, vectors, JSON. NULL is fine. */
LLMB_API void llmb_free(void *pointer);

#ifdef __cplusplus
}
#endif

#endif
