/* What an engine makes of what its host writes, request by request, and how much it writes ahead of a slow one. */
#include <string.h>

#include <channel/engine_channel.h>
#include <channel/engine_receive.h>
#include <channel/engine_slot.h>
#include <core/memory.h>
#include <core/settings_pairs.h>
#include <platform/os_clock.h>
#include <platform/os_socket.h>

#include "tests/check.h"

enum { SLOTS = 2, REQUEST_SIZE_MAX = 4096, PIECE_SIZE = 1000 };

/* An engine, and its host's ends of the request rings. */
struct meeting {
  llmb_engine *engine;
  struct ring_writer hosts[SLOTS];
  os_handle host_socket;
  uint64_t call_id;
};

static void meeting_begin(struct meeting *meeting) {
  void *engine = NULL, *memory = NULL;
  os_handle sockets[2];
  int os_code = 0;
  CHECK_INT(LLMB_OK, os_socket_pair(sockets, &os_code));
  CHECK_INT(LLMB_OK, memory_allocate(sizeof(llmb_engine), &engine));
  CHECK_INT(0, posix_memalign(&memory, 64, channel_region_size(SLOTS)));
  memset(memory, 0, channel_region_size(SLOTS));
  *meeting = (struct meeting){.engine = engine, .host_socket = sockets[0]};
  meeting->engine->only.region = memory;
  meeting->engine->only.slot_count = SLOTS;
  meeting->engine->clients[0] = &meeting->engine->only;
  meeting->engine->client_count = 1;
  meeting->engine->only.socket = sockets[1];
  meeting->engine->post = meeting->engine->watched = OS_HANDLE_NONE;
  meeting->engine->spin = spin_create();
  meeting->engine->in_process = true; /* there is no keeper to be told */
  meeting->engine->idle_ns = LLMB_NEVER;
  for (uint32_t i = 0; i < SLOTS; i++) {
    struct llmb_request *request = &meeting->engine->only.requests[i];
    struct channel_slot *shared = &meeting->engine->only.region->slots[i];
    uint8_t *asked = channel_request_bytes(memory, SLOTS, i), *answered = channel_response_bytes(memory, SLOTS, i);
    *request = (struct llmb_request){
        .engine = meeting->engine, .client = &meeting->engine->only, .shared = shared, .slot = i, .number = i};
    request->requests = (struct ring_reader){
        &shared->request_written, &shared->request_read, asked, CHANNEL_REQUEST_RING_SIZE, 0, false};
    request->responses = (struct ring_writer){
        &shared->response_written, &shared->response_read, answered, CHANNEL_RESPONSE_RING_SIZE, 0, false};
    meeting->hosts[i] = (struct ring_writer){
        &shared->request_written, &shared->request_read, asked, CHANNEL_REQUEST_RING_SIZE, 0, false};
  }
}

static void meeting_end(struct meeting *meeting) {
  for (uint32_t i = 0; i < SLOTS; i++) {
    settings_clear(&meeting->engine->only.requests[i].settings);
    memory_release(meeting->engine->only.requests[i].payload);
    memory_release(meeting->engine->only.requests[i].backlog);
  }
  os_handle_close(meeting->host_socket);
  os_handle_close(meeting->engine->only.socket);
  free(meeting->engine->only.region);
  memory_release(meeting->engine);
}

/* Writes a request: its settings as pairs, each with its NUL, and its texts with a NUL between each two. */
static void host_submits(struct meeting *meeting, uint32_t slot, const char *pairs, uint64_t pairs_size,
                         const char *input, uint64_t input_size, uint32_t item_count) {
  uint8_t bytes[REQUEST_SIZE_MAX];
  const struct frame_submit submit = {.kind = LLMB_REQUEST_GENERATE,
                                      .item_count = item_count,
                                      .deadline_ns = LLMB_NEVER,
                                      .settings_size = pairs_size,
                                      .input_size = input_size};
  const struct frame_head head = {.type = FRAME_SUBMIT,
                                  .payload_size = (uint32_t)(sizeof submit + pairs_size + input_size),
                                  .call_id = ++meeting->call_id};
  memcpy(bytes, &head, sizeof head);
  memcpy(bytes + sizeof head, &submit, sizeof submit);
  memcpy(bytes + sizeof head + sizeof submit, pairs, pairs_size);
  memcpy(bytes + sizeof head + sizeof submit + pairs_size, input, input_size);
  ring_put(&meeting->hosts[slot], bytes, sizeof head + head.payload_size);
  ring_publish(&meeting->hosts[slot]);
  atomic_fetch_add(&meeting->engine->only.region->request_sequence, 1);
}

static void host_asks(struct meeting *meeting, uint32_t slot) {
  host_submits(meeting, slot, "", 0, "hello", 5, 1);
}

static llmb_request *engine_takes(struct meeting *meeting) {
  llmb_request *request = NULL;
  CHECK_INT(LLMB_OK, llmb_engine_next(meeting->engine, 0, &request));
  return request;
}

static void engine_answers(llmb_request *request) {
  const llmb_usage usage = {.struct_size = sizeof usage, .finish_reason = LLMB_FINISH_STOP};
  CHECK_INT(LLMB_OK, llmb_request_done(request, &usage));
}

static void request__has_as_many_texts_as_it_says_or_is_refused(void) {
  static const char texts[] = "one\0two";
  for (uint32_t count = 1; count <= 3; count++) {
    struct meeting meeting;
    bool complete = false;
    meeting_begin(&meeting);
    host_submits(&meeting, 0, "", 0, texts, sizeof texts - 1, count);
    const llmb_status status = engine_receive(&meeting.engine->only.requests[0], &complete);
    CHECK_INT(count == 2 ? LLMB_OK : LLMB_E_PROTOCOL_ERROR, status);
    CHECK_INT(count == 2, complete);
    meeting_end(&meeting);
  }
}

static void request__whose_sizes_disagree_with_its_frame_is_refused(void) {
  static const struct {
    uint64_t settings, input, tokens, origin;
  } lies[] = {{0, 4, 0, 0},
              {0, 0, 0, 0},
              {0, 0, 1, 0},
              {0, 1, 2, 0},
              {1, 5, 0, 0},
              {0, 6, 0, 0},
              {0, 5, 1, 0},
              {0, 5, 0, 1},
              {0, 1, 0, 2},
              {0, 5, 1, UINT64_MAX},
              {0, 5, 0, UINT64_MAX / 4 + 1}};
  for (unsigned i = 0; i < sizeof lies / sizeof lies[0]; i++) {
    const struct frame_submit submit = {.kind = LLMB_REQUEST_GENERATE,
                                        .item_count = 1,
                                        .deadline_ns = LLMB_NEVER,
                                        .settings_size = lies[i].settings,
                                        .input_size = lies[i].input,
                                        .resume_tokens = (uint32_t)lies[i].tokens,
                                        .origin_words = lies[i].origin};
    const struct frame_head head = {.type = FRAME_SUBMIT, .payload_size = sizeof submit + 5, .call_id = 1};
    struct meeting meeting;
    bool complete = false;
    meeting_begin(&meeting);
    ring_put(&meeting.hosts[0], &head, sizeof head);
    ring_put(&meeting.hosts[0], &submit, sizeof submit);
    ring_put(&meeting.hosts[0], "hello", 5);
    ring_publish(&meeting.hosts[0]);
    CHECK_INT(LLMB_E_PROTOCOL_ERROR, engine_receive(&meeting.engine->only.requests[0], &complete));
    CHECK(!complete);
    meeting_end(&meeting);
  }
}

static void request__of_a_program_that_is_gone_is_wanted_by_nobody(void) {
  struct meeting meeting;
  bool complete = false;
  meeting_begin(&meeting);
  const llmb_request *request = &meeting.engine->only.requests[0];
  meeting.engine->is_shared = true;
  host_asks(&meeting, 0);
  CHECK_INT(LLMB_OK, engine_receive(&meeting.engine->only.requests[0], &complete));
  CHECK(!engine_is_unwanted(request));
  meeting.engine->only.gone = true;
  CHECK(engine_is_unwanted(request));
  meeting_end(&meeting);
}

static void settings__are_each_requests_own(void) {
  static const char *const pairs[] = {
      "max_tokens\0"
      "123",
      "max_tokens\0"
      "456"}; /* of one size */
  enum { PAIRS_SIZE = sizeof "max_tokens" + sizeof "123" };
  struct meeting meeting;
  meeting_begin(&meeting);
  for (int i = 0; i < 6; i++) {
    host_submits(&meeting, 0, pairs[i / 2 % 2], PAIRS_SIZE, "hello", 5, 1);
    llmb_request *request = engine_takes(&meeting);
    CHECK(request != NULL);
    if (request == NULL) break;
    CHECK_TEXT(i / 2 % 2 == 0 ? "123" : "456", llmb_request_setting(request, "max_tokens"));
    engine_answers(request);
  }
  meeting_end(&meeting);
}

static void slots__have_their_turns(void) {
  struct meeting meeting;
  unsigned served[SLOTS] = {0};
  meeting_begin(&meeting);
  for (int i = 0; i < 10; i++) {
    for (uint32_t slot = 0; slot < SLOTS; slot++) {
      if (meeting.engine->only.requests[slot].state == ENGINE_SLOT_IDLE &&
          served[slot] * SLOTS <= (unsigned)i + SLOTS) {
        host_asks(&meeting, slot);
      }
    }
    llmb_request *request = engine_takes(&meeting);
    CHECK(request != NULL);
    if (request == NULL) break;
    CHECK_INT(i % SLOTS, llmb_request_slot(request));
    served[llmb_request_slot(request)]++;
    engine_answers(request);
  }
  meeting_end(&meeting);
}

static void engine__writes_only_so_far_ahead_of_a_host_that_does_not_read(void) {
  static const char text[PIECE_SIZE];
  struct meeting meeting;
  uint64_t written = 0;
  meeting_begin(&meeting);
  host_asks(&meeting, 0);
  llmb_request *request = engine_takes(&meeting);
  CHECK(request != NULL);
  llmb_status status = LLMB_OK;
  while (request != NULL && status == LLMB_OK && written < 4 * CHANNEL_RESPONSE_RING_SIZE) {
    status = llmb_request_write(request, text, sizeof text);
    if (status == LLMB_OK) written += sizeof text;
  }
  CHECK_INT(LLMB_E_NOT_READY, status);
  CHECK(written > CHANNEL_RESPONSE_RING_SIZE - 2 * PIECE_SIZE);
  CHECK(written <= CHANNEL_RESPONSE_RING_SIZE + CHANNEL_BACKLOG_SIZE_MAX);
  meeting_end(&meeting);
}

static void engine__retires_when_it_has_been_idle_for_its_time(void) {
  const uint64_t idle_ns = 20000000;
  struct meeting meeting;
  llmb_request *request = NULL;
  meeting_begin(&meeting);
  meeting.engine->idle_ns = idle_ns;
  const uint64_t begin_ns = os_clock_ns();
  llmb_status status = llmb_engine_next(meeting.engine, begin_ns + 50 * idle_ns, &request);
  CHECK_INT(LLMB_E_UNAVAILABLE, status);
  CHECK(os_clock_ns() >= begin_ns + idle_ns);
  host_asks(&meeting, 1);
  request = engine_takes(&meeting); /* one that has work does not */
  CHECK(request != NULL);
  CHECK_INT(LLMB_OK, llmb_engine_next(meeting.engine, os_clock_ns() + 2 * idle_ns, &request));
  meeting_end(&meeting);
}

CHECK_MAIN(TEST(request__has_as_many_texts_as_it_says_or_is_refused),
           TEST(request__whose_sizes_disagree_with_its_frame_is_refused),
           TEST(request__of_a_program_that_is_gone_is_wanted_by_nobody), TEST(settings__are_each_requests_own),
           TEST(slots__have_their_turns), TEST(engine__writes_only_so_far_ahead_of_a_host_that_does_not_read),
           TEST(engine__retires_when_it_has_been_idle_for_its_time))
