/* The same damage as in frame_damage_test.c, by real engines: each length and each byte once. The call is never told
 * that all is well with an answer that is not one, and an engine that wrote nonsense is ended. */
#include "core/utf8.h"
#include "tests/faults/faults_harness.h"
#include "tests/faults/frame_reference.h"
#include "tests/faults/frame_streams.h"

enum { CALL_ID = 0x4711, ORDER_SIZE = 80 };

/* What a call for text makes of a stream, beyond what the frames say. */
static llmb_status expected_status(const struct frame_reference *reference) {
  uint64_t valid_size = 0;
  const enum utf8_verdict text = utf8_check(reference->text, reference->text_size, &valid_size);
  if (text == UTF8_INVALID) return LLMB_E_OUTPUT_INVALID;
  if (reference->has_vectors || reference->verdict == VERDICT_BROKEN) return LLMB_E_PROTOCOL_ERROR;
  if (reference->verdict == VERDICT_UNFINISHED) return reference->accepted ? LLMB_E_ENGINE_CRASHED : LLMB_OK;
  if (reference->verdict == VERDICT_FAILED) return LLMB_E_CONTEXT_FULL;
  const uint32_t reason = reference->finish_reason;
  if (reason == LLMB_FINISH_NONE || reason > LLMB_FINISH_STOP_STRING) return LLMB_E_PROTOCOL_ERROR;
  return text == UTF8_VALID ? LLMB_OK : LLMB_E_OUTPUT_INVALID;
}

static unsigned long status_counts[LLMB_E_INTERNAL + 1];

static void print_counts(void) {
  printf("    ");
  for (int status = 0; status <= LLMB_E_INTERNAL; status++) {
    if (status_counts[status] > 0) printf(" %s %lu", llmb_status_name(status), status_counts[status]);
  }
  printf("\n");
  memset(status_counts, 0, sizeof status_counts);
}

/* Has the stream written, cut and with one byte changed. An engine that broke the protocol stays to be ended, others
 * end themselves. */
static void check_damage(struct faults *faults, enum frame_stream_kind kind, uint32_t cut, uint32_t at, unsigned mask) {
  static struct frame_reference reference;
  struct frame_stream stream;
  char order[ORDER_SIZE], text[REFERENCE_CONTENT_MAX] = "";
  llmb_error error;
  frame_stream_make(&stream, kind, CALL_ID);
  stream.bytes[at] ^= (uint8_t)mask;
  frame_reference_read(&reference, stream.bytes, cut, CALL_ID);
  const llmb_status expected = expected_status(&reference);
  const bool stays = expected == LLMB_E_PROTOCOL_ERROR;
  faults_check_next(faults); /* an engine that has answered is restarted at once */
  const int worker = process_open(worker_pid(faults->bridge));
  snprintf(order, sizeof order, "damage %u %u %u %u %s", kind, cut, at, mask, stays ? "stay" : "");
  const llmb_status status = faults_end_call(faults_call(faults, NULL, order), text, sizeof text, &error);
  status_counts[status]++;
  process_await_end(worker);
  if (reference.verdict == VERDICT_UNFINISHED && !reference.accepted) { /* not begun: another engine does it */
    faults->moved++;
    CHECK_INT(LLMB_OK, status);
    CHECK_TEXT("again", text);
    return;
  }
  CHECK(strlen(text) <= reference.text_size && memcmp(reference.text, text, strlen(text)) == 0);
  if (expected == LLMB_E_CONTEXT_FULL) { /* it may name another reason */
    CHECK(status != LLMB_OK);
    return;
  }
  /* A piece that claims to be larger swallows the next head, where the call's real number may be no text. */
  if (expected == LLMB_E_ENGINE_CRASHED && status == LLMB_E_OUTPUT_INVALID) return;
  CHECK_INT(expected, status);
  if (status == LLMB_OK) CHECK_INT(reference.text_size, strlen(text));
  if (status != LLMB_E_ENGINE_CRASHED) return;
  CHECK_INT(LLMB_EXIT_CODE, error.exit_kind);
  CHECK_INT(0, error.exit_value);
}

static void stream__of_a_dying_engine_cut_at_any_length_is_no_answer(void) {
  struct faults faults;
  faults_open(&faults, NULL);
  for (unsigned kind = 0; kind < STREAM_KIND_COUNT; kind++) {
    struct frame_stream stream;
    frame_stream_make(&stream, (enum frame_stream_kind)kind, CALL_ID);
    for (uint32_t cut = 0; cut <= stream.size; cut++) {
      check_damage(&faults, (enum frame_stream_kind)kind, cut, 0, 0);
    }
    faults_go_on();
  }
  faults_close(&faults);
  print_counts();
}

static void stream__of_an_engine_with_any_byte_changed_is_no_false_answer(void) {
  static const unsigned masks[] = {0xff, 0x01, 0x80};
  struct faults faults;
  const unsigned long mask_count = repeats() < 3 ? repeats() : 3;
  faults_open(&faults, NULL);
  for (unsigned kind = 0; kind < STREAM_KIND_COUNT; kind++) {
    struct frame_stream stream;
    frame_stream_make(&stream, (enum frame_stream_kind)kind, CALL_ID);
    for (uint32_t at = 0; at < stream.size; at++) {
      for (unsigned long i = 0; i < mask_count; i++) {
        check_damage(&faults, (enum frame_stream_kind)kind, stream.size, at, masks[(at + i) % 3]);
      }
    }
    faults_go_on();
  }
  faults_close(&faults);
  print_counts();
}

CHECK_MAIN(TEST(stream__of_a_dying_engine_cut_at_any_length_is_no_answer),
           TEST(stream__of_an_engine_with_any_byte_changed_is_no_false_answer))
