#include <stddef.h>
#include <string.h>

#include "channel/engine_channel.h"
#include "channel/engine_send.h"
#include "channel/engine_sleep.h"
#include "channel/engine_slot.h"
#include "channel/engine_turn.h"
#include "core/error.h"
#include "core/fault_point.h"
#include "platform/os_clock.h"

uint32_t llmb_request_kind(const llmb_request *request) {
  return request->submit.kind;
}

uint32_t llmb_request_item_count(const llmb_request *request) {
  return request->submit.item_count;
}

const char *llmb_request_input(const llmb_request *request, uint64_t *out_size) {
  if (out_size != NULL) {
    *out_size = request->submit.item_count == 1 ? request->submit.input_size : strlen(request->input);
  }
  return request->input;
}

const char *llmb_request_item(llmb_request *request, uint32_t index, uint64_t *out_size) {
  if (index >= request->submit.item_count) return NULL;
  const char *input = request->input;
  if (index < request->item_index) request->item_index = 0, request->item_offset = 0;
  while (request->item_index < index) {
    request->item_offset += strlen(input + request->item_offset) + 1;
    request->item_index++;
  }
  if (out_size != NULL) *out_size = strlen(input + request->item_offset);
  return input + request->item_offset;
}

const char *llmb_request_setting(const llmb_request *request, const char *name) {
  const enum setting_id id = settings_find(name);
  if (id == SETTING_COUNT) return NULL;
  const llmb_settings *settings = request->has_settings ? &request->settings : &request->engine->settings;
  const struct setting_value *value = &settings->values[id];
  if (id == SETTING_CACHE_SCOPE && value->source == SETTING_FROM_DEFAULT && request->engine->is_shared) {
    return request->client->scope;
  }
  return value->text;
}

const char *llmb_request_setting_given(const llmb_request *request, uint32_t index, const char **out_value) {
  if (!request->has_settings) return NULL;
  for (unsigned id = 0; id < SETTING_COUNT; id++) {
    const struct setting_value *value = &request->settings.values[id];
    if (value->source == SETTING_FROM_DEFAULT || !(settings_table[id].scope & SETTING_OF_CALL)) continue;
    if (index-- > 0) continue;
    *out_value = value->text;
    return settings_table[id].name;
  }
  return NULL;
}

uint32_t llmb_request_slot(const llmb_request *request) {
  return request->number;
}

uint64_t llmb_request_deadline(const llmb_request *request) {
  return request->submit.deadline_ns;
}

llmb_status llmb_request_accept(llmb_request *request) {
  if (request->accepted) return LLMB_OK;
  request->accepted = true;
  const uint64_t deadline_ns = request->submit.deadline_ns, grace_ns = request->submit.grace_ns;
  const bool has_guard = deadline_ns < LLMB_NEVER - grace_ns;
  if (!request->engine->in_process && has_guard) {
    keeper_lifeline_arm(&request->engine->lifeline, request->number, deadline_ns + grace_ns);
  }
  if (request->engine->is_shared) engine_turn_accepted(request, has_guard);
  llmb_request_progress(request);
  FAULT_POINT(ENGINE_ACCEPT);
  const llmb_status status = engine_send_frame(request, FRAME_ACCEPTED, NULL, 0, NULL, 0, ENGINE_NO_NEWS);
  FAULT_EXECUTION(request->submit.deadline_ns);
  FAULT_POINT(ENGINE_ACCEPTED);
  return status;
}

/* Asked after each node of a graph, so the cheap clock is read until the deadline is near. Then it must be exact: who
 * slept until the deadline and were told that it has not passed would look again and again. */
uint32_t llmb_request_cancelled(const llmb_request *request) {
  const uint64_t deadline_ns = request->submit.deadline_ns;
  if (engine_is_unwanted(request)) return 1;
  if (deadline_ns == LLMB_NEVER || os_clock_coarse_ns() + OS_CLOCK_COARSE_LATE_NS < deadline_ns) return 0;
  return os_clock_ns() >= deadline_ns;
}

void llmb_request_progress(llmb_request *request) {
  const uint64_t now_ns = os_clock_ns();
  atomic_store_explicit(&request->shared->progress, now_ns, memory_order_relaxed);
  if (request->engine->is_shared) keeper_lifeline_beat(&request->engine->lifeline, now_ns);
}

/* Also when the answer began: who waits for its end alone looks only then. */
static void note_output(llmb_request *request) {
  const uint64_t now_ns = os_clock_ns();
  atomic_store_explicit(&request->shared->progress, now_ns, memory_order_relaxed);
  if (request->answered) return;
  request->answered = true;
  atomic_store_explicit(&request->shared->first_output, now_ns, memory_order_relaxed);
}

static llmb_status write_frame(llmb_request *request, uint32_t type, const void *bytes, uint64_t size) {
  if (size == 0 || size > CHANNEL_PIECE_SIZE_MAX) return LLMB_E_INVALID_ARGUMENT;
  if (request->backlog_size > 0) engine_flush_backlog(request);
  /* The first frame may be larger than the limit; what waits behind it may not grow for ever. */
  if (request->backlog_size > 0 && request->backlog_size - request->backlog_sent + size > CHANNEL_BACKLOG_SIZE_MAX) {
    return LLMB_E_NOT_READY;
  }
  note_output(request);
  if (request->engine->is_shared) engine_turn_charge(request, 1 + size / FRAME_BYTES_OF_TOKEN);
  return engine_send_frame(request, type, bytes, size, NULL, 0, ENGINE_PART_NEWS);
}

llmb_status llmb_request_write_aside(llmb_request *request, uint32_t kind, const char *text, uint64_t size) {
  if (kind < LLMB_ASIDE_REASONING || kind > LLMB_ASIDE_TOOL_CALLS || size > CHANNEL_PIECE_SIZE_MAX) {
    return LLMB_E_INVALID_ARGUMENT;
  }
  llmb_status status = LLMB_OK;
  for (uint64_t sent = 0, part = 0; status == LLMB_OK && sent < size; sent += part) {
    part = size - sent < FRAME_ASIDE_SIZE_MAX ? size - sent : FRAME_ASIDE_SIZE_MAX;
    const uint32_t type = FRAME_ASIDE + kind - 1;
    /* All of it or nothing: only the first part may be told to wait. */
    status = sent == 0 ? write_frame(request, type, text, part)
                       : engine_send_frame(request, type, text + sent, part, NULL, 0, ENGINE_PART_NEWS);
  }
  return status;
}

llmb_status llmb_request_write_tokens(llmb_request *request, const int32_t *tokens, uint32_t count) {
  if (count == 0) return LLMB_OK;
  if (count > CHANNEL_TOKENS_MAX) return LLMB_E_INVALID_ARGUMENT;
  return engine_send_frame(request, FRAME_TOKENS, tokens, count * sizeof *tokens, NULL, 0, ENGINE_NO_NEWS);
}

llmb_status llmb_request_write_origin(llmb_request *request, const int32_t *words, uint32_t count) {
  if (count == 0 || count > CHANNEL_ORIGIN_WORDS_MAX) return LLMB_E_INVALID_ARGUMENT;
  uint32_t type = FRAME_ORIGIN;
  llmb_status status = LLMB_OK;
  for (uint32_t sent = 0, size = 0; status == LLMB_OK && sent < count; sent += size, type = FRAME_ORIGIN_MORE) {
    size = count - sent < CHANNEL_TOKENS_MAX ? count - sent : CHANNEL_TOKENS_MAX;
    status = engine_send_frame(request, type, words + sent, size * sizeof *words, NULL, 0, ENGINE_NO_NEWS);
  }
  return status;
}

/* Whole int32s, of which the last one ends with a blank at least: the host's closing bracket takes its place. */
llmb_status llmb_request_write_logprobs(llmb_request *request, const char *json, uint64_t size) {
  char part[CHANNEL_TOKENS_MAX * sizeof(int32_t)];
  request->logprobs_size += size + sizeof(int32_t) + 1;
  if (request->logprobs_size > (CHANNEL_LOGPROBS_WORDS_MAX - CHANNEL_TOKENS_MAX) * sizeof(int32_t)) {
    return LLMB_E_OUTPUT_TOO_LARGE;
  }
  llmb_status status = LLMB_OK;
  bool ends = false;
  part[0] = ',';
  for (uint64_t used = 1, taken = 0; status == LLMB_OK && !ends; used = 0) {
    while (used < sizeof part && taken < size) part[used++] = json[taken++];
    ends = used < sizeof part;
    if (ends) do
        part[used++] = ' ';
      while (used % sizeof(int32_t) != 0);
    status = engine_send_frame(request, FRAME_LOGPROBS, part, used, NULL, 0, ENGINE_NO_NEWS);
  }
  return status;
}

const int32_t *llmb_request_origin(const llmb_request *request, uint32_t *out_count) {
  *out_count = (uint32_t)request->submit.origin_words;
  return *out_count > 0 ? request->resume_tokens + request->submit.resume_tokens : NULL;
}

const int32_t *llmb_request_resume(const llmb_request *request, uint64_t *out_count, uint64_t *out_text_size) {
  *out_count = request->submit.resume_tokens;
  *out_text_size = request->submit.resume_text_size;
  return *out_count > 0 ? request->resume_tokens : NULL;
}

void llmb_request_replayed(llmb_request *request, uint64_t count) {
  const uint64_t all = request->submit.resume_tokens;
  const uint32_t left = count < all ? (uint32_t)(all - count) : 0; /* all are at most CHANNEL_RESUME_TOKENS_MAX */
  atomic_store_explicit(&request->shared->replay_left, left, memory_order_relaxed);
}

llmb_status llmb_request_write(llmb_request *request, const char *text, uint64_t size) {
  return size == 0 ? LLMB_OK : write_frame(request, FRAME_PIECE, text, size);
}

llmb_status llmb_request_write_vector(llmb_request *request, const float *vector, uint64_t dimension) {
  if (dimension > CHANNEL_DIMENSION_MAX) return LLMB_E_INVALID_ARGUMENT;
  return write_frame(request, FRAME_VECTOR, vector, dimension * sizeof *vector);
}

llmb_status llmb_request_write_raw(llmb_request *request, const void *bytes, uint64_t size) {
  if (request->backlog_size > 0 || ring_space(&request->responses) < size) return LLMB_E_NOT_READY;
  ring_put(&request->responses, bytes, size);
  ring_publish(&request->responses);
  engine_ring_host(request);
  return LLMB_OK;
}

uint32_t llmb_request_writable(const llmb_request *request) {
  return request->backlog_size == 0;
}

llmb_status llmb_request_flush(llmb_request *request, uint64_t deadline_ns) {
  llmb_engine *engine = request->engine;
  for (;;) {
    engine_note_writes(engine);
    engine->look_again = true; /* what else the host wrote is llmb_engine_next's to see */
    engine_flush_backlog(request);
    if (request->backlog_size == 0) return LLMB_OK;
    if (llmb_request_cancelled(request)) return LLMB_E_CANCELLED;
    if (engine->host_gone) return LLMB_E_UNAVAILABLE;
    const uint64_t until_ns = deadline_ns < request->submit.deadline_ns ? deadline_ns : request->submit.deadline_ns;
    if (os_clock_ns() >= until_ns) return LLMB_E_NOT_READY;
    engine_sleep(engine, until_ns);
  }
}

static void end_request(llmb_request *request) {
  if (!request->engine->in_process) keeper_lifeline_disarm(&request->engine->lifeline, request->number);
  engine_request_reset(request);
}

/* Whether a struct of the caller's has this member: it may have been compiled before there was one. */
#define HAS(pointer, member) \
  ((pointer)->struct_size >= offsetof(__typeof__(*(pointer)), member) + sizeof((pointer)->member))

llmb_status llmb_request_done(llmb_request *request, const llmb_usage *usage) {
  const struct frame_done done = {
      .finish_reason = usage->finish_reason,
      .cached_prompt_tokens = HAS(usage, cached_prompt_tokens) ? (uint32_t)usage->cached_prompt_tokens : 0,
      .prompt_tokens = usage->prompt_tokens,
      .completion_tokens = usage->completion_tokens,
      .replaced = HAS(usage, replaced) ? (uint32_t)usage->replaced : 0,
      .constrained = HAS(usage, constrained) ? (uint32_t)usage->constrained : 0,
      .origin_lost = HAS(usage, origin_lost) ? (uint32_t)usage->origin_lost : 0,
      .tool_parse = HAS(usage, tool_parse) ? (uint32_t)usage->tool_parse : 0,
  };
  const llmb_status status = engine_send_frame(request, FRAME_DONE, &done, sizeof done, NULL, 0, ENGINE_END_NEWS);
  FAULT_POINT(ENGINE_DONE);
  end_request(request);
  return status;
}

llmb_status llmb_request_fail_with(llmb_request *request, const llmb_error *given) {
  llmb_error own;
  error_read(given, &own); /* perhaps of an engine of another version */
  const llmb_error *error = &own;
  char texts[CHANNEL_MESSAGE_SIZE_MAX + CHANNEL_LOG_SIZE_MAX];
  const uint64_t message_size = strnlen(error->message, sizeof error->message);
  const uint64_t log_size = strnlen(error->engine_log, CHANNEL_LOG_SIZE_MAX);
  const struct frame_failure head = {
      .status = error->status,
      .phase = error->phase,
      .os_code = error->os_code,
      .exit_kind = error->exit_kind,
      .exit_value = error->exit_value,
      .message_size = (uint32_t)message_size,
  };
  memcpy(texts, error->message, message_size);
  memcpy(texts + message_size, error->engine_log, log_size);
  const llmb_status status =
      engine_send_frame(request, FRAME_ERROR, &head, sizeof head, texts, message_size + log_size, ENGINE_END_NEWS);
  end_request(request);
  return status;
}

llmb_status llmb_request_fail(llmb_request *request, llmb_status failure, uint32_t phase, const char *message) {
  llmb_error error;
  llmb_error_init(&error);
  error_set(&error, failure, phase, "%s", message);
  return llmb_request_fail_with(request, &error);
}
