/* Names of the public enums, and the struct initialisers that hosts call through an FFI. */
#include <stddef.h>
#include <string.h>

#include <llmbridge/call.h>
#include <llmbridge/status.h>

#include "core/memory.h"

enum { ABI_VERSION = 1 };

/* Offsets that hosts in other languages restate; they may only be appended to. */
_Static_assert(sizeof(enum llmb_status_value) == sizeof(llmb_status), "a status is 32 bits wide");
_Static_assert(offsetof(llmb_error, elapsed_ms) == 32, "llmb_error's layout is frozen");
_Static_assert(offsetof(llmb_error, engine_log) == 584, "llmb_error's layout is frozen");
_Static_assert(offsetof(llmb_result, engine) == 64, "llmb_result's layout is frozen");

const char *llmb_status_name(llmb_status status) {
  switch ((enum llmb_status_value)status) { /* no default: the compiler then refuses a status without a name */
    case LLMB_OK:
      return "ok";
    case LLMB_E_INVALID_ARGUMENT:
      return "invalid_argument";
    case LLMB_E_NOT_FOUND:
      return "not_found";
    case LLMB_E_SPAWN_FAILED:
      return "spawn_failed";
    case LLMB_E_START_TIMEOUT:
      return "start_timeout";
    case LLMB_E_DEADLINE_EXCEEDED:
      return "deadline_exceeded";
    case LLMB_E_CANCELLED:
      return "cancelled";
    case LLMB_E_ENGINE_CRASHED:
      return "engine_crashed";
    case LLMB_E_ENGINE_HUNG:
      return "engine_hung";
    case LLMB_E_OUTPUT_INVALID:
      return "output_invalid";
    case LLMB_E_OUTPUT_TOO_LARGE:
      return "output_too_large";
    case LLMB_E_OVERLOADED:
      return "overloaded";
    case LLMB_E_UNAVAILABLE:
      return "unavailable";
    case LLMB_E_MODEL_INVALID:
      return "model_invalid";
    case LLMB_E_PROTOCOL_ERROR:
      return "protocol_error";
    case LLMB_E_UNSUPPORTED:
      return "unsupported";
    case LLMB_E_OUT_OF_MEMORY:
      return "out_of_memory";
    case LLMB_E_ENGINE_ERROR:
      return "engine_error";
    case LLMB_E_POISONED:
      return "poisoned";
    case LLMB_E_FORKED:
      return "forked";
    case LLMB_E_CONTEXT_FULL:
      return "context_full";
    case LLMB_E_NOT_READY:
      return "not_ready";
    case LLMB_E_INTERNAL:
      return "internal";
  }
  return "unknown";
}

const char *llmb_phase_name(uint32_t phase) {
  switch ((enum llmb_phase)phase) {
    case LLMB_PHASE_NONE:
      return "none";
    case LLMB_PHASE_CONFIGURE:
      return "configure";
    case LLMB_PHASE_START:
      return "start";
    case LLMB_PHASE_LOAD:
      return "load";
    case LLMB_PHASE_QUEUE:
      return "queue";
    case LLMB_PHASE_PROMPT:
      return "prompt";
    case LLMB_PHASE_GENERATE:
      return "generate";
    case LLMB_PHASE_EMBED:
      return "embed";
    case LLMB_PHASE_VALIDATE:
      return "validate";
    case LLMB_PHASE_STOP:
      return "stop";
  }
  return "unknown";
}

const char *llmb_finish_reason_name(uint32_t reason) {
  switch ((enum llmb_finish_reason)reason) {
    case LLMB_FINISH_NONE:
      return "none";
    case LLMB_FINISH_STOP:
      return "stop";
    case LLMB_FINISH_LENGTH:
      return "length";
    case LLMB_FINISH_STOP_STRING:
      return "stop_string";
  }
  return "unknown";
}

void llmb_error_init(llmb_error *error) {
  if (error == NULL) return;
  memset(error, 0, sizeof *error);
  error->struct_size = sizeof *error;
}

void llmb_result_init(llmb_result *result) {
  if (result == NULL) return;
  memset(result, 0, sizeof *result);
  result->struct_size = sizeof *result;
}

uint32_t llmb_abi_version(void) {
  return ABI_VERSION;
}

const char *llmb_version(void) {
  return LLMB_VERSION_TEXT;
}

void llmb_free(void *pointer) {
  memory_release(pointer);
}
