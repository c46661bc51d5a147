#include <string.h>

#include "../core/error.h"
#include "../core/fault_point.h"
#include "../core/json_check.h"
#include "../core/memory.h"
#include "../platform/os_clock.h"
#include "call_object.h"

enum { READ_CAPACITY_MIN = 4, FINISH_BUFFER_SIZE = 4096, ANSWER_SIZE_FIRST = 512 };

llmb_status call_check(const llmb_call *call, uint32_t kind, llmb_error *error) {
  if (call == NULL) return error_set(error, LLMB_E_INVALID_ARGUMENT, LLMB_PHASE_CONFIGURE, "call is NULL");
  const llmb_status status = bridge_check(call->bridge, error);
  if (status != LLMB_OK || call->kind == kind || kind == 0) return status;
  return error_set(error, LLMB_E_INVALID_ARGUMENT, LLMB_PHASE_CONFIGURE, "this call gives %s",
                   call->kind == LLMB_REQUEST_EMBED ? "vectors, not text" : "no vectors");
}

llmb_status call_outcome(const llmb_call *call, llmb_error *error) {
  if (call->outcome != LLMB_OK) error_copy(error, &call->error);
  return call->outcome;
}

llmb_status call_not_ready(llmb_error *error) {
  return error_set(error, LLMB_E_NOT_READY, LLMB_PHASE_GENERATE, "nothing came before the deadline of this read");
}

bool call_keep_text(llmb_call *call, const uint8_t *text, uint64_t size) {
  if (call->whole_size + size > call->whole_capacity) {
    void *grown = call->whole;
    const uint64_t capacity = (call->whole_size + size) * 2;
    if (memory_resize(&grown, capacity) != LLMB_OK) {
      call_end_with(call, LLMB_E_OUT_OF_MEMORY, LLMB_PHASE_VALIDATE, false, false,
                    "no memory to check an answer of %llu bytes", (unsigned long long)(call->whole_size + size));
      return false;
    }
    call->whole = grown;
    call->whole_capacity = capacity;
  }
  memcpy(call->whole + call->whole_size, text, size);
  call->whole_size += size;
  return true;
}

bool call_check_whole(llmb_call *call, bool locked) {
  if (!call->expects_json) return true;
  uint64_t offset = 0;
  const char *what = "";
  if (json_check(call->whole, call->whole_size, &offset, &what) == LLMB_OK) return true;
  call_end_with(call, LLMB_E_OUTPUT_INVALID, LLMB_PHASE_VALIDATE, true, locked,
                "the answer is not JSON (expect=json): at byte %llu of %llu: %s", (unsigned long long)offset,
                (unsigned long long)call->whole_size, what);
  return false;
}

uint64_t call_take_text(llmb_call *call, uint8_t *buffer, uint64_t capacity) {
  struct connection *worker = call->ticket.connection;
  struct slot *slot = &worker->slots[call->ticket.slot];
  const uint32_t held = call->holder.held_size;
  const uint64_t taken = slot_take_piece(slot, buffer + held, capacity - held);
  call->received_size += taken;
  FAULT_POINT(HOST_PIECE_TAKEN);
  if (slot_release_room(slot)) connection_wake_engine(worker);
  uint64_t size = 0;
  if (utf8_holder_feed(&call->holder, buffer, taken, &size) != UTF8_VALID) {
    call_end_with(call, LLMB_E_OUTPUT_INVALID, LLMB_PHASE_VALIDATE, false, false,
                  "the answer is not UTF-8 from byte %llu on", (unsigned long long)(call->output_size + size));
    return 0;
  }
  call->output_size += size;
  if (call->output_size > call->output_size_max) {
    call_end_with(call, LLMB_E_OUTPUT_TOO_LARGE, LLMB_PHASE_VALIDATE, false, false,
                  "the answer is larger than %llu bytes (output_bytes)", (unsigned long long)call->output_size_max);
    return 0;
  }
  if (call->expects_json && !call_keep_text(call, buffer, size)) return 0;
  call->delivered |= size > 0;
  return size;
}

llmb_status llmb_call_read(llmb_call *call, uint8_t *buffer, uint64_t capacity, uint64_t deadline_ns,
                           uint64_t *out_size, llmb_error *out_error) {
  llmb_status status = call_check(call, 0, out_error);
  if (status == LLMB_OK && call->kind == LLMB_REQUEST_EMBED)
    status = call_check(call, LLMB_REQUEST_GENERATE, out_error);
  if (status != LLMB_OK) return status;
  if (buffer == NULL || out_size == NULL || capacity < READ_CAPACITY_MIN) {
    return error_set(out_error, LLMB_E_INVALID_ARGUMENT, LLMB_PHASE_CONFIGURE,
                     "buffer or out_size is NULL, or capacity is below %d", READ_CAPACITY_MIN);
  }
  *out_size = 0;
  for (;;) {
    if (!call_wait(call, deadline_ns)) return call_not_ready(out_error);
    if (call->ended) return call_outcome(call, out_error);
    *out_size = call_take_text(call, buffer, capacity);
    if (*out_size > 0) return LLMB_OK; /* else only part of a character came, or the call has just failed */
  }
}

llmb_status llmb_call_poll(llmb_call *call, uint64_t deadline_ns, llmb_error *out_error) {
  const llmb_status status = call_check(call, 0, out_error);
  if (status != LLMB_OK) return status;
  return call_wait(call, deadline_ns) ? LLMB_OK : call_not_ready(out_error);
}

void call_copy_result(llmb_result *target, const llmb_result *source) {
  if (target == NULL) return;
  const uint32_t size = target->struct_size < sizeof *target ? target->struct_size : (uint32_t)sizeof *target;
  if (size <= sizeof target->struct_size) return;
  memcpy((uint8_t *)target + sizeof target->struct_size, (const uint8_t *)source + sizeof source->struct_size,
         size - sizeof source->struct_size);
}

llmb_status llmb_call_finish(llmb_call *call, uint64_t deadline_ns, llmb_result *out_result, llmb_error *out_error) {
  uint8_t dropped[FINISH_BUFFER_SIZE];
  uint64_t size = 0;
  llmb_status status = call_check(call, 0, out_error);
  if (status != LLMB_OK) return status;
  call->awaits_end = true;
  do {
    status = call->kind == LLMB_REQUEST_EMBED
                 ? call_drop_vector(call, deadline_ns, &size, out_error)
                 : llmb_call_read(call, dropped, sizeof dropped, deadline_ns, &size, out_error);
  } while (status == LLMB_OK && size > 0);
  call->awaits_end = false;
  if (status == LLMB_OK) call_copy_result(out_result, &call->result);
  return status;
}

uint64_t llmb_call_cached_prompt_tokens(const llmb_call *call) {
  return call != NULL && call->ended && call->outcome == LLMB_OK ? call->cached_prompt_tokens : 0;
}

llmb_status call_text_reserve(struct call_text *text, llmb_error *error) {
  if (text->capacity - text->size >= READ_CAPACITY_MIN + 1) return LLMB_OK;
  void *grown = text->text;
  const uint64_t capacity = text->capacity == 0 ? ANSWER_SIZE_FIRST : text->capacity * 2;
  const llmb_status status = memory_resize(&grown, capacity);
  if (status != LLMB_OK) {
    return error_set(error, status, LLMB_PHASE_GENERATE, "no memory for an answer of more than %llu bytes",
                     (unsigned long long)text->size);
  }
  text->text = grown;
  text->capacity = capacity;
  return LLMB_OK;
}

/* Reads on until the end of the answer or its failure. */
static llmb_status read_text(llmb_call *call, struct call_text *into, llmb_error *error) {
  for (;;) {
    llmb_status status = call_text_reserve(into, error);
    if (status != LLMB_OK) return status;
    uint64_t size = 0;
    status = llmb_call_read(call, (uint8_t *)into->text + into->size, into->capacity - into->size - 1, LLMB_NEVER,
                            &size, error);
    into->size += size;
    into->text[into->size] = 0;
    if (status != LLMB_OK || size == 0) return status;
  }
}

llmb_status call_read_all(llmb_call *call, char **out_text, uint64_t *out_size, llmb_error *error) {
  struct call_text answer = {.text = NULL};
  call->awaits_end = true;
  const llmb_status status = read_text(call, &answer, error);
  call->awaits_end = false;
  if (status != LLMB_OK) {
    memory_release(answer.text);
    return status;
  }
  *out_text = answer.text;
  *out_size = answer.size;
  return LLMB_OK;
}

llmb_status llmb_generate(llmb_bridge *bridge, const uint8_t *prompt, uint64_t prompt_size,
                          const llmb_settings *settings, char **out_answer, uint64_t *out_size, llmb_result *out_result,
                          llmb_error *out_error) {
  if (out_answer == NULL) {
    return error_set(out_error, LLMB_E_INVALID_ARGUMENT, LLMB_PHASE_CONFIGURE, "out_answer is NULL");
  }
  *out_answer = NULL;
  uint64_t size = 0;
  llmb_call *call = NULL;
  const struct call_input input = {.kind = LLMB_REQUEST_GENERATE,
                                   .items = &prompt,
                                   .sizes = &prompt_size,
                                   .count = 1,
                                   .lent = true,
                                   .what = "prompt"};
  llmb_status status = call_start(bridge, &input, settings, &call, out_error);
  if (status == LLMB_OK) status = call_read_all(call, out_answer, &size, out_error);
  if (status == LLMB_OK) call_copy_result(out_result, &call->result);
  if (out_size != NULL) *out_size = size;
  llmb_call_close(call);
  return status;
}
