#include "api/call_tell.h"

#include <string.h>

#include "channel/channel_limits.h"
#include "core/json_writer.h"
#include "core/memory.h"

/* A part of the new request: what stands before the addition, the addition, and what stands behind it. */
struct addition {
  const uint8_t *before, *behind;
  uint64_t before_size, behind_size;
  char *text; /* freed with memory_release */
  uint64_t size;
};

/* Behind the prompt. */
static llmb_status add_to_prompt(const uint8_t *prompt, uint64_t size, const char *text, struct addition *out) {
  const uint64_t length = strlen(text);
  void *block = NULL;
  llmb_status status = memory_allocate(length + 2, &block);
  if (status != LLMB_OK) return status;
  *out = (struct addition){.before = prompt, .before_size = size, .text = block, .size = length + 2};
  memcpy(out->text, "\n\n", 2);
  memcpy(out->text + 2, text, length);
  return LLMB_OK;
}

/* As a message at the end of the setting `messages`, which is an array with at least one; NULL if it is not there. */
static const char *end_of_messages(const char *pairs, uint64_t size) {
  for (const char *name = pairs, *end = pairs + size; name < end;) {
    const char *value = name + strlen(name) + 1;
    if (strcmp(name, "messages") == 0) return strrchr(value, ']');
    name = value + strlen(value) + 1;
  }
  return NULL;
}

static llmb_status add_to_messages(const uint8_t *pairs, uint64_t size, const char *text, struct addition *out) {
  const char *at = end_of_messages((const char *)pairs, size);
  struct json_writer writer;
  if (at == NULL) return LLMB_E_UNSUPPORTED;
  json_writer_begin(&writer);
  json_array_open(&writer);
  json_object_open(&writer);
  json_key(&writer, "role");
  json_text(&writer, "user");
  json_key(&writer, "content");
  json_text(&writer, text);
  json_object_close(&writer);
  json_array_close(&writer);
  char *message = NULL;
  llmb_status status = json_writer_finish(&writer, &message);
  if (status != LLMB_OK) return status;
  const uint64_t before = (uint64_t)((const uint8_t *)at - pairs);
  message[0] = ','; /* instead of the brackets the array's own */
  *out = (struct addition){pairs, pairs + before, before, size - before, message, strlen(message) - 1};
  return LLMB_OK;
}

static uint8_t *append(uint8_t *at, const void *bytes, uint64_t size) {
  if (size > 0) memcpy(at, bytes, size);
  return at + size;
}

llmb_status call_tell(struct call_request *request, const char *text) {
  struct frame_head head;
  struct frame_submit submit;
  struct addition added;
  memcpy(&head, request->bytes, sizeof head);
  memcpy(&submit, request->bytes + sizeof head, sizeof submit);
  const uint8_t *pairs = request->bytes + sizeof head + sizeof submit;
  const uint8_t *input = request->lent != NULL ? request->lent : pairs + submit.settings_size;
  const bool has_prompt = submit.input_size > 0;
  llmb_status status = has_prompt ? add_to_prompt(input, submit.input_size, text, &added)
                                  : add_to_messages(pairs, submit.settings_size, text, &added);
  if (status != LLMB_OK) return status;
  const uint64_t settings_size = submit.settings_size;
  submit.resume_tokens = submit.resume_text_size = submit.origin_words = 0;
  submit.input_size += has_prompt ? added.size : 0;
  submit.settings_size += has_prompt ? 0 : added.size;
  const uint64_t size = sizeof head + sizeof submit + submit.settings_size + submit.input_size;
  void *block = NULL;
  if (submit.input_size > CHANNEL_INPUT_SIZE_MAX || submit.settings_size > SETTINGS_PAIRS_SIZE_MAX) {
    status = LLMB_E_UNSUPPORTED;
  } else {
    status = memory_allocate(size, &block);
  }
  if (status == LLMB_OK) {
    head.payload_size = (uint32_t)(size - sizeof head);
    uint8_t *at = append(append(block, &head, sizeof head), &submit, sizeof submit);
    if (has_prompt) at = append(at, pairs, settings_size);
    at = append(at, added.before, added.before_size);
    at = append(at, added.text, added.size);
    append(at, added.behind, added.behind_size);
    call_request_free(request);
    *request = (struct call_request){.bytes = block, .capacity = size, .size = size, .fresh_size = size};
  }
  memory_release(added.text);
  return status;
}

llmb_status call_tell_conversation(struct call_request *request, uint64_t settings_size, const char *messages) {
  static const char name[] = "messages";
  struct frame_head head;
  struct frame_submit submit;
  memcpy(&head, request->bytes, sizeof head);
  memcpy(&submit, request->bytes + sizeof head, sizeof submit);
  const uint64_t before = sizeof head + sizeof submit + settings_size, text_size = strlen(messages) + 1;
  const uint64_t size = before + sizeof name + text_size;
  void *grown = request->bytes;
  if (settings_size + sizeof name + text_size > SETTINGS_PAIRS_SIZE_MAX) return LLMB_E_CONTEXT_FULL;
  if (size > request->capacity) {
    const llmb_status status = memory_resize(&grown, size);
    if (status != LLMB_OK) return status;
    request->capacity = size;
  }
  request->bytes = grown;
  head.payload_size = (uint32_t)(size - sizeof head);
  submit.settings_size = (uint32_t)(settings_size + sizeof name + text_size);
  submit.resume_tokens = submit.resume_text_size = submit.origin_words = submit.input_size = 0;
  uint8_t *at = append(append(request->bytes, &head, sizeof head), &submit, sizeof submit);
  append(append(at + settings_size, name, sizeof name), messages, text_size);
  request->size = request->fresh_size = size;
  request->sent = 0;
  return LLMB_OK;
}
