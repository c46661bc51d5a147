/* What a request becomes when its engine is told why an answer was refused. */
#include "api/call_tell.h"

#include "channel/channel_limits.h"
#include "core/json_check.h"
#include "core/memory.h"
#include "tests/check.h"

#include <llmbridge/engine.h>

#define PAIRS    \
  "max_tokens\0" \
  "5\0"
#define MESSAGES                                 \
  "stop\0"                                       \
  "[\"]\"]\0"                                    \
  "messages\0"                                   \
  "[{\"role\":\"user\",\"content\":\"hi ]\"}]\0" \
  "seed\0"                                       \
  "7"

/* A frame with these settings, this input and what stands behind it; freed with call_request_free. */
static struct call_request request_of(const char *pairs, uint64_t pairs_size, const char *input, const char *behind,
                                      bool is_lent) {
  const uint64_t input_size = strlen(input), behind_size = strlen(behind);
  const struct frame_submit submit = {.kind = LLMB_REQUEST_GENERATE,
                                      .item_count = 1,
                                      .deadline_ns = 123,
                                      .settings_size = pairs_size,
                                      .input_size = input_size,
                                      .resume_tokens = behind_size / 4,
                                      .resume_text_size = behind_size};
  const uint64_t copied = is_lent ? 0 : input_size;
  struct call_request request = {0};
  void *block = NULL;
  const uint64_t size = sizeof(struct frame_head) + sizeof submit + pairs_size + copied + behind_size;
  const struct frame_head head = {(uint32_t)(size - sizeof head - copied + input_size), FRAME_SUBMIT, 9};
  CHECK_INT(LLMB_OK, memory_allocate(size, &block));
  uint8_t *at = request.bytes = block;
  memcpy(at, &head, sizeof head);
  memcpy(at += sizeof head, &submit, sizeof submit);
  memcpy(at += sizeof submit, pairs, pairs_size);
  memcpy(at += pairs_size, input, copied);
  memcpy(at + copied, behind, behind_size);
  request.capacity = size;
  request.size = size - copied + input_size;
  request.fresh_size = request.size - behind_size;
  if (is_lent) {
    request.lent = (const uint8_t *)input;
    request.lent_size = input_size;
    request.lent_offset = sizeof head + sizeof submit + pairs_size;
  }
  return request;
}

static struct frame_submit submit_of(const struct call_request *request) {
  struct frame_submit submit;
  memcpy(&submit, request->bytes + sizeof(struct frame_head), sizeof submit);
  return submit;
}

/* That the frame is whole, carries nothing of the answer before, and has these settings and this input. */
static void check_frame(const struct call_request *request, const char *pairs, uint64_t pairs_size, const char *input) {
  const struct frame_submit submit = submit_of(request);
  const uint8_t *rest = request->bytes + sizeof(struct frame_head) + sizeof submit;
  struct frame_head head;
  memcpy(&head, request->bytes, sizeof head);
  CHECK_INT(FRAME_SUBMIT, head.type);
  CHECK_INT(9, head.call_id);
  CHECK_INT(request->size - sizeof head, head.payload_size);
  CHECK_INT(request->size, request->fresh_size);
  CHECK_INT(0, request->sent);
  CHECK(request->lent == NULL);
  CHECK_INT(123, submit.deadline_ns);
  CHECK_INT(0, submit.resume_tokens);
  CHECK_INT(0, submit.resume_text_size);
  CHECK_INT(pairs_size, submit.settings_size);
  CHECK_INT(strlen(input), submit.input_size);
  CHECK_INT(head.payload_size, sizeof submit + submit.settings_size + submit.input_size);
  CHECK(submit.settings_size == pairs_size && memcmp(pairs, rest, pairs_size) == 0);
  CHECK(submit.input_size == strlen(input) && memcmp(input, rest + submit.settings_size, submit.input_size) == 0);
}

static void a_prompt__gets_the_words_behind_it(void) {
  for (int is_lent = 0; is_lent < 2; is_lent++) {
    struct call_request request = request_of(PAIRS, sizeof PAIRS - 1, "a number", "", is_lent);
    CHECK_INT(LLMB_OK, call_tell(&request, "No: \"x\"."));
    check_frame(&request, PAIRS, sizeof PAIRS - 1, "a number\n\nNo: \"x\".");
    CHECK_INT(LLMB_OK, call_tell(&request, "Again."));
    check_frame(&request, PAIRS, sizeof PAIRS - 1, "a number\n\nNo: \"x\".\n\nAgain.");
    call_request_free(&request);
  }
}

static void what_a_resumed_request_carried__is_left_out(void) {
  struct call_request request = request_of("", 0, "a number", "12345678", false);
  CHECK_INT(LLMB_OK, call_tell(&request, "No."));
  check_frame(&request, "", 0, "a number\n\nNo.");
  call_request_free(&request);
}

static void messages__get_one_more_of_the_user(void) {
  static const char wanted[] =
      "stop\0"
      "[\"]\"]\0"
      "messages\0"
      "[{\"role\":\"user\",\"content\":\"hi ]\"},{\"role\":\"user\",\"content\":\"No: "
      "\\\"x\\\"]\"}]\0"
      "seed\0"
      "7";
  struct call_request request = request_of(MESSAGES, sizeof MESSAGES, "", "", false);
  CHECK_INT(LLMB_OK, call_tell(&request, "No: \"x\"]"));
  check_frame(&request, wanted, sizeof wanted, "");
  const char *list = wanted + sizeof "stop" + sizeof "[\"]\"]" + sizeof "messages";
  CHECK_INT(LLMB_OK, json_check((const uint8_t *)list, strlen(list), NULL, NULL));
  call_request_free(&request);
}

static void a_request_without_prompt_and_messages__is_left_as_it_is(void) {
  struct call_request request = request_of(PAIRS, sizeof PAIRS - 1, "", "", false);
  const struct call_request before = request;
  CHECK_INT(LLMB_E_UNSUPPORTED, call_tell(&request, "No."));
  CHECK(memcmp(&before, &request, sizeof request) == 0);
  call_request_free(&request);
}

static void a_request_that_would_become_too_large__is_left_as_it_is(void) {
  struct call_request request = request_of(PAIRS, sizeof PAIRS - 1, "a prompt", "", true);
  struct frame_submit submit = submit_of(&request);
  submit.input_size = CHANNEL_INPUT_SIZE_MAX - 4; /* of which no byte is read */
  memcpy(request.bytes + sizeof(struct frame_head), &submit, sizeof submit);
  const struct call_request before = request;
  CHECK_INT(LLMB_E_UNSUPPORTED, call_tell(&request, "Once more."));
  CHECK(memcmp(&before, &request, sizeof request) == 0);
  call_request_free(&request);
}

CHECK_MAIN(TEST(a_prompt__gets_the_words_behind_it), TEST(what_a_resumed_request_carried__is_left_out),
           TEST(messages__get_one_more_of_the_user), TEST(a_request_without_prompt_and_messages__is_left_as_it_is),
           TEST(a_request_that_would_become_too_large__is_left_as_it_is))
