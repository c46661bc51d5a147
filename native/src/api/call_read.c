#include "api/call_read.h"

#include <string.h>

#include "api/bridge_object.h"
#include "api/call_hold.h"
#include "api/call_object.h"
#include "api/call_schema.h"
#include "api/call_settle.h"
#include "api/call_start.h"
#include "api/call_survive.h"
#include "api/call_take.h"
#include "api/call_wait.h"
#include "core/error.h"
#include "core/memory.h"
#include "platform/os_clock.h"

/* VECTOR_STEPS_MAX: parts of a vector that are taken between two looks at the reader's deadline. */
enum { VECTOR_STEPS_MAX = 256, READ_CAPACITY_MIN = 4, FINISH_BUFFER_SIZE = 4096, ANSWER_SIZE_FIRST = 512 };

llmb_status call_check(const llmb_call *call, uint32_t kind, llmb_error *error) {
  if (call == NULL) return error_set(error, LLMB_E_INVALID_ARGUMENT, LLMB_PHASE_CONFIGURE, "call is NULL");
  const llmb_status status = bridge_check(call->bridge, error);
  if (status != LLMB_OK || call->kind == kind || kind == 0) return status;
  return error_set(error, LLMB_E_INVALID_ARGUMENT, LLMB_PHASE_CONFIGURE, "this call gives %s",
                   call->kind == LLMB_REQUEST_EMBED ? "vectors, not text" : "no vectors");
}

static llmb_status read_some(llmb_call *call, uint8_t *buffer, uint64_t capacity, uint64_t deadline_ns,
                             uint64_t *out_size, llmb_error *error) {
  for (;;) {
    if (!call_wait(call, deadline_ns)) return call_not_ready(error);
    if (call->ended) return call_outcome(call, error);
    *out_size = call_receive_text(call, buffer, capacity);
    if (*out_size > 0) return LLMB_OK; /* else only part of a character came, or the call has just failed */
  }
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
  const bool held = call_hold(call);
  status = read_some(call, buffer, capacity, deadline_ns, out_size, out_error);
  call_let_go(call, held);
  return status;
}

llmb_status call_await_vector(llmb_call *call, uint64_t deadline_ns, uint64_t *out_dimension, llmb_error *error) {
  *out_dimension = 0;
  for (unsigned steps = 1; !call_has_vector(call); steps++) {
    if (!call_wait(call, deadline_ns)) return call_not_ready(error);
    if (call->ended) return call_outcome(call, error);
    if (!call_receive_vector(call) && call->ended) return call_outcome(call, error);
    /* An engine that gives it byte by byte makes the wait return each time. */
    const bool late = steps % VECTOR_STEPS_MAX == 0 && deadline_ns != LLMB_NEVER && os_clock_ns() >= deadline_ns;
    if (late && !call_has_vector(call)) return call_not_ready(error);
  }
  *out_dimension = call->dimension;
  return LLMB_OK;
}

void call_next_vector(llmb_call *call) {
  call->vector_size = call->vector_received = 0;
  call->vectors_read++;
  if (call_has_progressed(call)) {
    pthread_mutex_lock(&call->bridge->lock);
    call_end_quarantine(call);
    pthread_mutex_unlock(&call->bridge->lock);
  }
  call->delivered = true;
}

llmb_status call_drop_vector(llmb_call *call, uint64_t deadline_ns, uint64_t *out_dimension, llmb_error *error) {
  const llmb_status status = call_await_vector(call, deadline_ns, out_dimension, error);
  if (status == LLMB_OK && *out_dimension > 0) call_next_vector(call);
  return status;
}

static llmb_status read_vector(llmb_call *call, float *buffer, uint64_t capacity, uint64_t deadline_ns,
                               uint64_t *out_dimension, llmb_error *error) {
  const llmb_status status = call_await_vector(call, deadline_ns, out_dimension, error);
  if (status != LLMB_OK || *out_dimension == 0) return status;
  if (capacity < *out_dimension) {
    return error_set(error, LLMB_E_INVALID_ARGUMENT, LLMB_PHASE_CONFIGURE,
                     "capacity: it is %llu, the vector has %llu numbers", (unsigned long long)capacity,
                     (unsigned long long)*out_dimension);
  }
  memcpy(buffer, call->vector, call->vector_size);
  call_next_vector(call);
  return LLMB_OK;
}

llmb_status llmb_call_read_vector(llmb_call *call, float *buffer, uint64_t capacity, uint64_t deadline_ns,
                                  uint64_t *out_dimension, llmb_error *out_error) {
  llmb_status status = call_check(call, LLMB_REQUEST_EMBED, out_error);
  if (status != LLMB_OK) return status;
  if (out_dimension == NULL || (buffer == NULL && capacity > 0)) {
    return error_set(out_error, LLMB_E_INVALID_ARGUMENT, LLMB_PHASE_CONFIGURE, "buffer or out_dimension is NULL");
  }
  const bool held = call_hold(call);
  status = read_vector(call, buffer, capacity, deadline_ns, out_dimension, out_error);
  call_let_go(call, held);
  return status;
}

llmb_status llmb_call_poll(llmb_call *call, uint64_t deadline_ns, llmb_error *out_error) {
  const llmb_status status = call_check(call, 0, out_error);
  if (status != LLMB_OK) return status;
  const bool held = call_hold(call);
  const bool news = call_wait(call, deadline_ns);
  call_let_go(call, held);
  return news ? LLMB_OK : call_not_ready(out_error);
}

llmb_status llmb_call_finish(llmb_call *call, uint64_t deadline_ns, llmb_result *out_result, llmb_error *out_error) {
  uint8_t dropped[FINISH_BUFFER_SIZE];
  uint64_t size = 0;
  llmb_status status = call_check(call, 0, out_error);
  if (status != LLMB_OK) return status;
  const bool held = call_hold(call);
  call->awaits_end = true;
  do {
    status = call->kind == LLMB_REQUEST_EMBED
                 ? call_drop_vector(call, deadline_ns, &size, out_error)
                 : llmb_call_read(call, dropped, sizeof dropped, deadline_ns, &size, out_error);
  } while (status == LLMB_OK && size > 0);
  call->awaits_end = false;
  if (status == LLMB_OK) call_copy_result(out_result, &call->result);
  call_let_go(call, held);
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

void call_text_add(const llmb_call *call, struct call_text *text, uint64_t size) {
  if (call_schema_has_begun_anew(call)) {
    memmove(text->text, text->text + text->size, size);
    text->size = 0;
  }
  text->size += size;
  text->text[text->size] = 0;
}

/* Reads on until the end of the answer or its failure. */
static llmb_status read_text(llmb_call *call, struct call_text *into, llmb_error *error) {
  for (;;) {
    llmb_status status = call_text_reserve(into, error);
    if (status != LLMB_OK) return status;
    uint64_t size = 0;
    status = llmb_call_read(call, (uint8_t *)into->text + into->size, into->capacity - into->size - 1, LLMB_NEVER,
                            &size, error);
    call_text_add(call, into, size);
    if (status != LLMB_OK || size == 0) return status;
  }
}

llmb_status call_read_all(llmb_call *call, char **out_text, uint64_t *out_size, llmb_error *error) {
  struct call_text answer = {.text = NULL};
  call->awaits_end = call->is_told_whole = true;
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

llmb_status call_generate(llmb_bridge *bridge, const struct call_input *input, const llmb_settings *settings,
                          char **out_answer, uint64_t *out_size, llmb_result *out_result, llmb_error *error) {
  llmb_call *call = NULL;
  llmb_status status = call_start(bridge, input, settings, &call, error);
  if (status == LLMB_OK) status = call_read_all(call, out_answer, out_size, error);
  if (status == LLMB_OK) call_copy_result(out_result, &call->result);
  llmb_call_close(call);
  return status;
}

llmb_status llmb_generate(llmb_bridge *bridge, const uint8_t *prompt, uint64_t prompt_size,
                          const llmb_settings *settings, char **out_answer, uint64_t *out_size, llmb_result *out_result,
                          llmb_error *out_error) {
  if (out_answer == NULL) {
    return error_set(out_error, LLMB_E_INVALID_ARGUMENT, LLMB_PHASE_CONFIGURE, "out_answer is NULL");
  }
  *out_answer = NULL;
  uint64_t size = 0;
  const struct call_input input = {.kind = LLMB_REQUEST_GENERATE,
                                   .items = &prompt,
                                   .sizes = &prompt_size,
                                   .count = 1,
                                   .lent = true,
                                   .what = "prompt"};
  const llmb_status status = call_generate(bridge, &input, settings, out_answer, &size, out_result, out_error);
  if (out_size != NULL) *out_size = size;
  return status;
}
