#include "api/call_aside.h"

#include <string.h>

#include "api/bridge_object.h"
#include "core/memory.h"
#include "pool/slot.h"

bool call_aside_take(llmb_call *call, struct slot *slot, struct call_verdict *verdict) {
  struct call_aside *aside = &call->aside[slot->head.type - FRAME_ASIDE];
  const uint64_t size = slot->frame_left, needed = aside->size + size;
  if (call->output_size + size > call->output_size_max) {
    verdict_fail(verdict, LLMB_E_OUTPUT_TOO_LARGE, LLMB_PHASE_VALIDATE, false,
                 "the answer is larger than %llu bytes (output_bytes)", (unsigned long long)call->output_size_max);
    return false;
  }
  if (needed > aside->capacity) {
    void *grown = aside->text;
    if (memory_resize(&grown, needed * 2) != LLMB_OK) {
      verdict_fail(verdict, LLMB_E_OUT_OF_MEMORY, LLMB_PHASE_VALIDATE, false, "no memory for %llu bytes",
                   (unsigned long long)needed);
      return false;
    }
    aside->text = grown;
    aside->capacity = needed * 2;
  }
  (void)slot_take_piece(slot, (uint8_t *)aside->text + aside->size, size);
  aside->size = needed;
  call->output_size += size;
  return true;
}

static llmb_status copy_aside(const llmb_call *call, uint32_t kind, const char *none, char **out) {
  if (out == NULL) return LLMB_E_INVALID_ARGUMENT;
  *out = NULL;
  if (call == NULL) return LLMB_E_INVALID_ARGUMENT;
  const llmb_status status = bridge_check(call->bridge, NULL);
  if (status != LLMB_OK) return status;
  if (!call->ended) return LLMB_E_NOT_READY;
  const struct call_aside *aside = &call->aside[kind - 1];
  const bool is_there = aside->size > 0 && call->outcome == LLMB_OK;
  return memory_copy_text(is_there ? aside->text : none, is_there ? aside->size : strlen(none), out);
}

llmb_status llmb_call_tool_calls(const llmb_call *call, char **out_json) {
  return copy_aside(call, LLMB_ASIDE_TOOL_CALLS, "[]", out_json);
}

llmb_status llmb_call_reasoning(const llmb_call *call, char **out_text) {
  return copy_aside(call, LLMB_ASIDE_REASONING, "", out_text);
}
