#include "engine/jsonrpc/jsonrpc_answer.h"

#include <string.h>

#include "core/error.h"
#include "core/json_logprobs.h"
#include "core/memory.h"
#include "core/number_text.h"
#include "engine/jsonrpc/jsonrpc_limits.h"

enum { METHOD_NOT_FOUND = -32601, INVALID_PARAMS = -32602, ERROR_TEXT_SHOWN_MAX = 440 };

uint32_t answer_phase(const llmb_request *request) {
  return llmb_request_kind(request) == LLMB_REQUEST_EMBED ? LLMB_PHASE_EMBED : LLMB_PHASE_GENERATE;
}

static llmb_status refuse(llmb_request *request, const char *why, llmb_error *error) {
  return error_set(error, LLMB_E_OUTPUT_INVALID, answer_phase(request), "the daemon's result: %s", why);
}

static llmb_status fail_for_memory(llmb_request *request, llmb_error *error) {
  return error_set(error, LLMB_E_OUT_OF_MEMORY, answer_phase(request), "no memory for the answer");
}

static llmb_status check_size(llmb_request *request, uint64_t size, llmb_error *error) {
  int64_t size_max = 0;
  const char *setting = llmb_request_setting(request, "output_bytes");
  if (setting == NULL || !integer_parse(setting, &size_max) || size <= (uint64_t)size_max) return LLMB_OK;
  return error_set(error, LLMB_E_OUTPUT_TOO_LARGE, answer_phase(request),
                   "the answer is longer than %lld bytes (output_bytes)", (long long)size_max);
}

static llmb_status add_text(struct answer *answer, llmb_request *request, struct json_value text, llmb_error *error) {
  if (tool_buffer_reserve(&answer->bytes, text.size) != LLMB_OK) return fail_for_memory(request, error);
  const uint64_t size = json_string_copy(text, answer->bytes.bytes + answer->bytes.size);
  answer->bytes.size += size;
  answer->streamed_size += size;
  return check_size(request, answer->streamed_size, error);
}

/* Whether all its characters are whole, but for a first half at its end, whose place goes to *out_half (0: none). */
static bool has_whole_characters(struct json_value text, uint64_t *out_half) {
  *out_half = 0;
  for (uint64_t at = 1; at + 1 < text.size; at++) {
    if (text.text[at] != '\\') continue;
    const uint64_t escape = at++;
    if (text.text[at] != 'u' || !json_is_lone_surrogate(text, &at)) continue;
    const bool is_first = strchr("89abAB", text.text[escape + 3]) != NULL;
    if (!is_first || at + 2 != text.size) return false;
    *out_half = escape;
  }
  return true;
}

static llmb_status refuse_half(llmb_request *request, llmb_error *error) {
  return refuse(request, "half of a surrogate pair, without the other half", error);
}

/* Adds a piece but for a first half at its end, which is kept for the next one. */
static llmb_status add_characters(struct answer *answer, llmb_request *request, struct json_value text,
                                  llmb_error *error) {
  char end[ANSWER_ESCAPE_SIZE + 1];
  uint64_t half = 0;
  if (!has_whole_characters(text, &half)) return refuse_half(request, error);
  answer->half[0] = 0;
  if (half == 0) return add_text(answer, request, text, error);
  memcpy(end, text.text + half, ANSWER_ESCAPE_SIZE);
  end[ANSWER_ESCAPE_SIZE] = 0;
  text.size = half + 1; /* the byte at its end stands for the closing quote */
  const llmb_status status = add_text(answer, request, text, error);
  memcpy(answer->half, end, sizeof answer->half);
  return status;
}

llmb_status answer_add_piece(struct answer *answer, llmb_request *request, struct json_value text, llmb_error *error) {
  struct tool_buffer joined = {0};
  if (text.size <= 2) return LLMB_OK; /* nothing, between the quotes */
  if (answer->half[0] == 0) return add_characters(answer, request, text, error);
  if (tool_buffer_reserve(&joined, text.size + ANSWER_ESCAPE_SIZE) != LLMB_OK) return fail_for_memory(request, error);
  tool_buffer_append(&joined, "\"", 1);
  tool_buffer_append(&joined, answer->half, ANSWER_ESCAPE_SIZE);
  tool_buffer_append(&joined, text.text + 1, text.size - 1);
  const struct json_value whole = {.kind = JSON_STRING, .text = joined.bytes, .size = joined.size};
  const llmb_status status = add_characters(answer, request, whole, error);
  tool_buffer_clear(&joined);
  return status;
}

static bool read_count(struct json_value value, uint64_t *out) {
  char text[24];
  int64_t number = 0;
  if (value.kind != JSON_NUMBER || value.size >= sizeof text) return false;
  memcpy(text, value.text, value.size);
  text[value.size] = 0;
  if (!integer_parse(text, &number) || number < 0) return false;
  *out = (uint64_t)number;
  return true;
}

static void take_usage(struct answer *answer, struct json_value result) {
  const struct json_value usage = json_member(result, "usage"), reason = json_member(result, "finish_reason");
  read_count(json_member(usage, "prompt_tokens"), &answer->usage.prompt_tokens);
  read_count(json_member(usage, "completion_tokens"), &answer->usage.completion_tokens);
  if (json_string_is(reason, "length")) answer->usage.finish_reason = LLMB_FINISH_LENGTH;
  if (json_string_is(reason, "stop_string")) answer->usage.finish_reason = LLMB_FINISH_STOP_STRING;
}

/* Between the brackets is what the host wants; false if it is not what it may be. */
static bool keep_logprobs(struct answer *answer, struct json_value list) {
  struct json_value first;
  if (list.kind == JSON_ABSENT || list.kind == JSON_NULL) return true;
  if (!json_is_logprobs(list)) return false;
  uint64_t at = 0;
  if (!json_next(list, &at, NULL, &first)) return true; /* nothing between them but blanks */
  return tool_buffer_append(&answer->logprobs, list.text + 1, list.size - 2) == LLMB_OK;
}

static llmb_status take_text(struct answer *answer, llmb_request *request, struct json_value result,
                             llmb_error *error) {
  const struct json_value text = result.kind == JSON_OBJECT ? json_member(result, "text") : result;
  take_usage(answer, result);
  uint64_t half = 0;
  const char *wrong = NULL;
  if (answer->half[0] != 0) return refuse_half(request, error);
  if (!keep_logprobs(answer, json_member(result, "logprobs"))) {
    return refuse(request, "logprobs that are none", error);
  }
  if (!aside_take(&answer->aside, result, &wrong)) {
    return wrong != NULL ? refuse(request, wrong, error) : fail_for_memory(request, error);
  }
  if (answer->aside.calls != NULL) {
    answer->usage.finish_reason = LLMB_FINISH_TOOL_CALLS;
    answer->usage.tool_parse = LLMB_TOOL_PARSE_PARSED;
    if (text.kind == JSON_ABSENT || text.kind == JSON_NULL) return LLMB_OK;
  }
  if (answer->streamed_size > 0) return LLMB_OK;
  if (text.kind != JSON_STRING) return refuse(request, "neither a string nor an object with a text", error);
  if (!has_whole_characters(text, &half) || half != 0) return refuse_half(request, error);
  return add_text(answer, request, text, error);
}

static llmb_status take_tokens(struct answer *answer, llmb_request *request, struct json_value result,
                               llmb_error *error) {
  const struct json_value tokens = result.kind == JSON_OBJECT ? json_member(result, "tokens") : result;
  if (read_count(tokens, &answer->usage.prompt_tokens)) return LLMB_OK;
  return refuse(request, "neither a number of tokens nor an object with tokens", error);
}

/* What a token is the library looks at. */
static llmb_status take_token_list(struct answer *answer, llmb_request *request, struct json_value result,
                                   llmb_error *error) {
  const struct json_value tokens = result.kind == JSON_OBJECT ? json_member(result, "tokens") : result;
  if (tokens.kind != JSON_ARRAY) return refuse(request, "neither an array of tokens nor an object with tokens", error);
  if (tool_buffer_append(&answer->bytes, tokens.text, tokens.size) != LLMB_OK) return fail_for_memory(request, error);
  return check_size(request, tokens.size, error);
}

/* How many numbers a vector has; 0 if it is none. */
static uint64_t count_numbers(struct json_value vector) {
  struct json_value number;
  uint64_t count = 0;
  for (uint64_t at = 0; json_next(vector, &at, NULL, &number); count++) {
    if (number.kind != JSON_NUMBER || number.size > JSONRPC_NUMBER_SIZE_MAX) return 0;
  }
  return count;
}

/* The host ends an engine that gives it the wrong number of vectors: whether there are as many as texts is known here
 * before any is written. */
static llmb_status take_vectors(struct answer *answer, llmb_request *request, struct json_value result,
                                llmb_error *error) {
  const struct json_value vectors = result.kind == JSON_OBJECT ? json_member(result, "embeddings") : result;
  if (vectors.kind != JSON_ARRAY) return refuse(request, "neither embeddings nor an object with embeddings", error);
  struct json_value vector;
  uint64_t count = 0;
  void *room = NULL;
  for (uint64_t at = 0; json_next(vectors, &at, NULL, &vector); count++) {
    const uint64_t dimension = count_numbers(vector);
    if (dimension == 0) return refuse(request, "a vector that is no array of numbers", error);
    if (count > 0 && dimension != answer->dimension) return refuse(request, "vectors of different dimensions", error);
    answer->dimension = dimension;
  }
  if (count != llmb_request_item_count(request)) return refuse(request, "not as many vectors as texts", error);
  if (memory_allocate(answer->dimension * sizeof *answer->vector, &room) != LLMB_OK) {
    return fail_for_memory(request, error);
  }
  answer->vector = room;
  take_usage(answer, result);
  if (tool_buffer_append(&answer->bytes, vectors.text, vectors.size) == LLMB_OK) return LLMB_OK;
  return fail_for_memory(request, error);
}

llmb_status answer_take(struct answer *answer, llmb_request *request, struct json_value result, llmb_error *error) {
  answer->usage.struct_size = sizeof answer->usage;
  answer->usage.finish_reason = LLMB_FINISH_STOP;
  switch (llmb_request_kind(request)) {
    case LLMB_REQUEST_EMBED:
      return take_vectors(answer, request, result, error);
    case LLMB_REQUEST_TOKENS:
      return take_tokens(answer, request, result, error);
    case LLMB_REQUEST_TOKENIZE:
      return take_token_list(answer, request, result, error);
    case LLMB_REQUEST_INVOKE:
      if (tool_buffer_append(&answer->bytes, result.text, result.size) != LLMB_OK) {
        return fail_for_memory(request, error);
      }
      return check_size(request, result.size, error);
    default:
      return take_text(answer, request, result, error);
  }
}

void answer_explain(const llmb_request *request, const struct message *message, llmb_error *error) {
  const bool invoked = llmb_request_kind(request) == LLMB_REQUEST_INVOKE;
  struct tool_buffer text = {0};
  uint64_t size = 0;
  if (tool_buffer_reserve(&text, message->text.size + 1) == LLMB_OK) size = json_string_copy(message->text, text.bytes);
  const char *cut = size > ERROR_TEXT_SHOWN_MAX ? "..." : ""; /* the code behind it has its place in any case */
  if (size > ERROR_TEXT_SHOWN_MAX) {
    size = ERROR_TEXT_SHOWN_MAX;
    while (((unsigned char)text.bytes[size] & 0xC0) == 0x80) size--;
  }
  llmb_status status = LLMB_E_ENGINE_ERROR;
  if (message->code == METHOD_NOT_FOUND && !invoked) status = LLMB_E_UNSUPPORTED;
  if (message->code == INVALID_PARAMS) status = LLMB_E_INVALID_ARGUMENT;
  error_set(error, status, answer_phase(request), "the daemon says: %.*s%s (%lld)", (int)size, text.bytes, cut,
            (long long)message->code);
  tool_buffer_clear(&text);
}

static void read_vector(struct answer *answer, struct json_value vector) {
  struct json_value number;
  uint64_t count = 0;
  for (uint64_t at = 0; count < answer->dimension && json_next(vector, &at, NULL, &number); count++) {
    char text[JSONRPC_NUMBER_SIZE_MAX + 1];
    double value = 0;
    memcpy(text, number.text, number.size);
    text[number.size] = 0;
    number_parse(text, &value);
    answer->vector[count] = (float)value;
  }
}

static llmb_status write_vectors(struct answer *answer, llmb_request *request) {
  const struct json_value vectors = json_read(answer->bytes.bytes, answer->bytes.size);
  struct json_value vector;
  for (uint64_t at = answer->next_vector; json_next(vectors, &at, NULL, &vector);) {
    if (!llmb_request_writable(request)) return LLMB_E_NOT_READY;
    read_vector(answer, vector);
    const llmb_status status = llmb_request_write_vector(request, answer->vector, answer->dimension);
    if (status != LLMB_OK) return status;
    answer->next_vector = at;
  }
  return LLMB_OK;
}

static llmb_status write_text(struct answer *answer, llmb_request *request) {
  while (answer->written_size < answer->bytes.size) {
    const uint64_t left = answer->bytes.size - answer->written_size;
    const uint64_t size = left < JSONRPC_PIECE_SIZE ? left : JSONRPC_PIECE_SIZE;
    const llmb_status status = llmb_request_write(request, answer->bytes.bytes + answer->written_size, size);
    if (status != LLMB_OK) return status;
    answer->written_size += size;
  }
  answer->written_size = answer->bytes.size = 0;
  return LLMB_OK;
}

static llmb_status write_logprobs(struct answer *answer, llmb_request *request) {
  const llmb_status status = llmb_request_write_logprobs(request, answer->logprobs.bytes, answer->logprobs.size);
  tool_buffer_clear(&answer->logprobs);
  return status;
}

llmb_status answer_write(struct answer *answer, llmb_request *request) {
  if (answer->logprobs.size > 0) {
    const llmb_status status = write_logprobs(answer, request);
    if (status != LLMB_OK) return status;
  }
  if (answer->vector != NULL) return write_vectors(answer, request);
  llmb_status status = aside_write_reasoning(&answer->aside, request);
  if (status == LLMB_OK) status = write_text(answer, request);
  return status == LLMB_OK ? aside_write_calls(&answer->aside, request) : status;
}

void answer_clear(struct answer *answer) {
  tool_buffer_clear(&answer->bytes);
  tool_buffer_clear(&answer->logprobs);
  aside_clear(&answer->aside);
  memory_release(answer->vector);
  *answer = (struct answer){0};
}
