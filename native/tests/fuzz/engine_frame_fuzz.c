/* The engine's half of a slot over rings whose other side does what the input says, lies included: what a hostile host
 * of a shared engine could do. Input: steps, each an operation byte and what it needs. */
#include "channel/engine_channel.h"
#include "channel/engine_slot.h"
#include "core/memory.h"
#include "platform/os_bell.h"
#include "tests/fuzz/fuzz.h"

#include <llmbridge/status.h>

enum { CALL_ID = 7, ANSWER_SIZE_MAX = 40000, DIMENSION = 100 };

enum operation {
  WRITE_RAW,
  WRITE_REQUEST, /* whose sizes agree */
  WRITE_ZEROS,
  LIE_OF_WRITTEN,
  LIE_OF_READ,
  READ_ANSWER,
  CANCEL,
  SLEEP,
  NEXT,
  ACCEPT,
  ANSWER,
  ANSWER_VECTOR,
  ANSWER_TOKENS,
  DONE,
  FAIL,
  OPERATION_COUNT
};

struct peer {
  llmb_engine *engine;
  struct channel_slot *shared;
  llmb_request *work; /* what the engine was given last and has not ended */
  uint8_t *ring;
  uint64_t written;
  bool is_over;
};

static void write_byte(struct peer *peer, uint8_t byte) {
  if (peer->written - atomic_load(&peer->shared->request_read) >= CHANNEL_REQUEST_RING_SIZE) return;
  peer->ring[peer->written++ % CHANNEL_REQUEST_RING_SIZE] = byte;
}

static void write_bytes(struct peer *peer, const void *bytes, size_t size) {
  for (size_t i = 0; i < size; i++) write_byte(peer, ((const uint8_t *)bytes)[i]);
}

static void publish(struct peer *peer) {
  atomic_store(&peer->shared->request_written, peer->written);
  atomic_fetch_add(&peer->engine->only.region->request_sequence, 1);
}

static void write_request(struct peer *peer, struct fuzz_input *input) {
  struct frame_submit submit = {.kind = fuzz_byte(input) % 4,
                                .item_count = fuzz_byte(input),
                                .deadline_ns = fuzz_byte(input) % 2 == 0 ? UINT64_MAX : fuzz_number(input, 8),
                                .grace_ns = fuzz_number(input, 2),
                                .settings_size = fuzz_byte(input),
                                .input_size = fuzz_number(input, 2),
                                .resume_tokens = fuzz_byte(input),
                                .resume_text_size = fuzz_byte(input),
                                .origin_words = fuzz_byte(input) % 4};
  const uint64_t size =
      submit.settings_size + submit.input_size + (submit.resume_tokens + submit.origin_words) * sizeof(int32_t);
  const struct frame_head head = {
      .payload_size = (uint32_t)(sizeof submit + size), .type = FRAME_SUBMIT, .call_id = CALL_ID};
  write_bytes(peer, &head, sizeof head);
  write_bytes(peer, &submit, sizeof submit);
  for (uint64_t i = 0; i < size && input->size > 0; i++) write_byte(peer, fuzz_byte(input));
  publish(peer);
}

/* Every byte that an engine may look at, so that AddressSanitizer sees what is not its own. */
static void look_at(llmb_request *request) {
  static volatile uint64_t sum;
  uint64_t size = 0, count = 0, text_size = 0;
  const uint32_t items = llmb_request_item_count(request);
  FUZZ_CHECK(items > 0 && items <= CHANNEL_ITEMS_MAX);
  uint64_t total = items - 1;
  for (uint32_t i = 0; i < items; i++) {
    const char *item = llmb_request_item(request, i, &size);
    FUZZ_CHECK(item != NULL && item[size] == '\0');
    for (uint64_t at = 0; at < size; at++) sum += (uint8_t)item[at];
    total += size;
  }
  FUZZ_CHECK(llmb_request_item(request, items, &size) == NULL);
  FUZZ_CHECK(total == request->submit.input_size && total <= CHANNEL_INPUT_SIZE_MAX);
  FUZZ_CHECK(llmb_request_input(request, &size)[size] == '\0');
  const int32_t *tokens = llmb_request_resume(request, &count, &text_size);
  FUZZ_CHECK((tokens != NULL) == (count > 0) && count <= CHANNEL_RESUME_TOKENS_MAX);
  for (uint64_t i = 0; i < count; i++) sum += (uint64_t)tokens[i];
  uint32_t words = 0;
  const int32_t *origin = llmb_request_origin(request, &words);
  FUZZ_CHECK((origin != NULL) == (words > 0) && words <= CHANNEL_ORIGIN_WORDS_MAX);
  for (uint32_t i = 0; i < words; i++) sum += (uint64_t)origin[i];
  const char *name, *value;
  for (uint32_t i = 0; (name = llmb_request_setting_given(request, i, &value)) != NULL; i++) {
    FUZZ_CHECK(strcmp(llmb_request_setting(request, name), value) == 0);
  }
}

static void next(struct peer *peer) {
  llmb_request *request = NULL;
  const llmb_status status = llmb_engine_next(peer->engine, 0, &request);
  peer->is_over = status != LLMB_OK; /* an engine that is told so ends */
  if (status != LLMB_OK || request == NULL) return;
  FUZZ_CHECK(peer->work == NULL && request->state == ENGINE_SLOT_WORKING && peer->engine->working_count == 1);
  peer->work = request;
  look_at(request);
}

static void work(struct peer *peer, enum operation operation, struct fuzz_input *input) {
  static const char text[ANSWER_SIZE_MAX];
  static const float vector[DIMENSION];
  static const int32_t tokens[DIMENSION];
  llmb_usage usage = {.struct_size = sizeof usage, .finish_reason = LLMB_FINISH_STOP};
  const uint64_t size = fuzz_number(input, 2);
  if (peer->work == NULL) return;
  look_at(peer->work); /* what the host does meanwhile changes nothing of it */
  if (operation == ACCEPT) llmb_request_accept(peer->work);
  if (operation == ANSWER) llmb_request_write(peer->work, text, size % ANSWER_SIZE_MAX);
  if (operation == ANSWER_VECTOR) llmb_request_write_vector(peer->work, vector, size % DIMENSION);
  if (operation == ANSWER_TOKENS) llmb_request_write_tokens(peer->work, tokens, (uint32_t)size % DIMENSION);
  /* What waits for a reader who never comes has a limit, but for the first frame and ends. */
  FUZZ_CHECK(peer->work->backlog_size - peer->work->backlog_sent <=
             CHANNEL_BACKLOG_SIZE_MAX + ANSWER_SIZE_MAX + 64 * sizeof tokens);
  if (operation != DONE && operation != FAIL) return;
  if (operation == DONE) llmb_request_done(peer->work, &usage);
  if (operation == FAIL) llmb_request_fail(peer->work, LLMB_E_ENGINE_ERROR, LLMB_PHASE_GENERATE, "as it happens");
  FUZZ_CHECK(peer->engine->working_count == 0);
  peer->work = NULL;
}

static void step(struct peer *peer, struct fuzz_input *input) {
  struct channel_slot *shared = peer->shared;
  const enum operation operation = (enum operation)(fuzz_byte(input) % OPERATION_COUNT);
  switch (operation) {
    case WRITE_RAW:
      for (unsigned count = fuzz_byte(input); count > 0 && input->size > 0; count--) write_byte(peer, fuzz_byte(input));
      publish(peer);
      return;
    case WRITE_REQUEST:
      write_request(peer, input);
      return;
    case WRITE_ZEROS:
      for (uint64_t count = fuzz_number(input, 2); count > 0; count--) write_byte(peer, 0);
      publish(peer);
      return;
    case LIE_OF_WRITTEN:
      atomic_store(&shared->request_written, peer->written + fuzz_number(input, 8));
      return;
    case LIE_OF_READ:
      atomic_store(&shared->response_read, fuzz_number(input, 8));
      return;
    case READ_ANSWER:
      atomic_store(&shared->response_read, atomic_load(&shared->response_written));
      return;
    case CANCEL:
      atomic_store(&shared->cancelled_id, fuzz_byte(input) % 2 == 0 ? CALL_ID : fuzz_number(input, 8));
      return;
    case SLEEP:
      atomic_store(&shared->host_sleeps, fuzz_byte(input));
      return;
    case NEXT:
      next(peer);
      return;
    case ACCEPT:
    case ANSWER:
    case ANSWER_VECTOR:
    case ANSWER_TOKENS:
    case DONE:
    case FAIL:
      work(peer, operation, input);
      return;
    case OPERATION_COUNT:
      return;
  }
}

/* An engine of one slot. In a thread, as it were: it has no keeper. */
static llmb_engine *engine_create(void) {
  void *memory = NULL, *region = NULL;
  os_handle hears;
  int os_code = 0;
  if (memory_allocate(sizeof(llmb_engine), &memory) != LLMB_OK ||
      posix_memalign(&region, 64, channel_region_size(1)) != 0) {
    exit(2);
  }
  llmb_engine *engine = memory;
  engine->only.region = region;
  engine->slot_count = engine->only.slot_count = 1;
  engine->clients[0] = &engine->only;
  engine->client_count = 1;
  engine->in_process = true;
  engine->idle_ns = LLMB_NEVER;
  engine->socket = engine->only.socket = engine->post = engine->watched = OS_HANDLE_NONE;
  if (os_bell_create(OS_BELL_THREAD, &hears, &engine->only.worker_bell, &os_code) != LLMB_OK) exit(2);
  engine->only.slot_bells[0] = engine->only.worker_bell;
  return engine;
}

/* As if it were connected anew; its rings begin anywhere, so that frames cross their ends. */
static void begin(struct peer *peer, uint64_t position) {
  llmb_engine *engine = peer->engine;
  memset(engine->only.region, 0, sizeof *engine->only.region + sizeof *peer->shared);
  memset(peer->ring, 0xA5, CHANNEL_REQUEST_RING_SIZE);
  for (_Atomic uint64_t *const *at =
           (_Atomic uint64_t *const[]){&peer->shared->request_written, &peer->shared->request_read,
                                       &peer->shared->response_written, &peer->shared->response_read, NULL};
       *at != NULL; at++) {
    atomic_store(*at, position);
  }
  peer->written = position;
  engine->spin = spin_create();
  engine->only.seen_sequence = 0;
  engine->working_count = engine->only.working_count = 0;
  engine->only.requests[0] = (llmb_request){
      .engine = engine,
      .client = &engine->only,
      .shared = peer->shared,
      .requests = {.written = &peer->shared->request_written,
                   .read = &peer->shared->request_read,
                   .bytes = peer->ring,
                   .size = CHANNEL_REQUEST_RING_SIZE,
                   .position = position},
      .responses = {.written = &peer->shared->response_written,
                    .read = &peer->shared->response_read,
                    .bytes = channel_response_bytes(engine->only.region, 1, 0),
                    .size = CHANNEL_RESPONSE_RING_SIZE,
                    .position = position},
  };
}

static void end(struct llmb_request *request) {
  engine_request_reset(request);
  memory_release(request->payload);
  memory_release(request->backlog);
  settings_clear(&request->settings);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  static llmb_engine *engine;
  struct fuzz_input input = {data, size};
  if (engine == NULL) engine = engine_create();
  struct peer peer = {.engine = engine,
                      .shared = &engine->only.region->slots[0],
                      .ring = channel_request_bytes(engine->only.region, 1, 0)};
  begin(&peer, fuzz_number(&input, 3));
  while (input.size > 0 && !peer.is_over) step(&peer, &input);
  for (int i = 0; i < 10 && !peer.is_over && peer.work == NULL; i++) next(&peer);
  end(&engine->only.requests[0]);
  return 0;
}
