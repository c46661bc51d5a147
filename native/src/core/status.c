/* Names of the public enums but the statuses (status_rows.c), and the struct initialisers that hosts call through an
 * FFI. */
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
    case LLMB_FINISH_TOOL_CALLS:
      return "tool_calls";
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
