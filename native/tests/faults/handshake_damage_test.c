/* What engines say, cut short at every length, with every byte changed to every other value, and spoilt
 * at random: the host goes on only where the message is what its header says. The host's half of a connection, and a
 * post in place of an engine. */
#include <unistd.h>

#include "tests/seeded_random.h"
#include "core/memory.h"
#include "core/utf8.h"
#include "tests/faults/faults_repeats.h"
#include "tests/faults/handshake_course.h"
#include "platform/os_bell.h"
#include "platform/os_clock.h"
#include "platform/os_post.h"
#include "platform/os_region.h"
#include "pool/connection.h"
#include "pool/connection_events.h"

enum { RANDOM_MESSAGES = 20000, STATES_COUNT = 3 };

static const enum worker_state states[STATES_COUNT] = {WORKER_STARTING, WORKER_LOADING, WORKER_READY};

/* One connection, used again and again, and the engine's end of its post. */
struct host {
  struct connection *connection;
  struct keeper_hold *keeper;
  os_handle engine, post, process, other;
  struct channel_region *region;
};

static struct host host;

static void host_open(void) {
  void *memory = NULL;
  os_handle region;
  int os_code = 0;
  CHECK_INT(LLMB_OK, keeper_hold_acquire(FAULTS_KEEPER, &host.keeper, NULL));
  while (keeper_hold_greeting(host.keeper, os_clock_ns(), NULL) == LLMB_E_NOT_READY) continue;
  keeper_hold_distrust(host.keeper); /* a hundred thousand orders to kill would only keep it busy */
  CHECK_INT(LLMB_OK, memory_allocate(sizeof *host.connection, &memory));
  CHECK_INT(LLMB_OK, os_post_create(OS_BELL_PROCESS, &host.post, &host.engine, &os_code));
  /* No process, so that nobody is killed. */
  CHECK_INT(LLMB_OK, os_bell_create(OS_BELL_THREAD, &host.process, &host.other, &os_code));
  host.connection = memory;
  CHECK_INT(LLMB_OK, os_region_create(channel_region_size(1), &region, &memory, &os_code));
  host.region = memory;
  os_handle_close(region);
}

static void host_close(void) {
  memory_release(host.connection->info);
  memory_release(host.connection);
  os_handle_close(host.post);
  os_handle_close(host.engine);
  os_handle_close(host.process);
  os_handle_close(host.other);
  os_region_unmap(host.region, channel_region_size(1));
  keeper_hold_release(host.keeper);
  keeper_hold_await_leaving();
}

static void host_begin(enum worker_state state) {
  struct connection *connection = host.connection;
  memory_release(connection->info);
  memset(connection, 0, sizeof *connection);
  connection->keeper = host.keeper;
  connection->socket = connection->engine_end = OS_HANDLE_NONE; /* it was ordered long ago */
  connection->post = host.post;
  connection->process.process = host.process;
  connection->process.events = OS_HANDLE_NONE;
  connection->process.ended = true; /* there is no keeper's word to wait for */
  connection->region = host.region;
  connection->state = state;
  connection->start_timeout_ns = LLMB_NEVER / 2;
  connection->last_breath_ns = LLMB_NEVER;
  connection->opened_ns = connection->load_progress_ns = os_clock_ns();
}

static enum course course_taken(enum worker_state before) {
  const struct connection *connection = host.connection;
  if (connection->state == before) return STAYS;
  if (connection->state == WORKER_LOADING) return GOES_LOADING;
  if (connection->state == WORKER_READY) return GOES_READY;
  if (connection->state == WORKER_RETIRING) return GOES_RETIRING;
  if (connection->killed) return KILLED;
  return connection->failure != LLMB_OK ? REFUSES : ENDS;
}

static void check_text(const char *text, size_t capacity) {
  uint64_t valid_size = 0;
  CHECK(memchr(text, 0, capacity) != NULL);
  CHECK_INT(UTF8_VALID, utf8_check((const uint8_t *)text, strlen(text), &valid_size));
}

/* Has the host hear one message; what came of it is as the message says. */
static enum course check_message(enum worker_state state, const struct message *message) {
  struct connection *connection = host.connection;
  host_begin(state);
  CHECK_INT(message->size, write(os_handle_number(host.engine), message->bytes, message->size));
  connection_step(connection, os_clock_ns());
  const enum course course = course_taken(state);
  CHECK_INT(course_of(state, message), course);
  if (course == KILLED) CHECK_INT(LLMB_E_PROTOCOL_ERROR, connection->failure);
  check_text(connection->name, sizeof connection->name);
  check_text(connection->version, sizeof connection->version);
  check_text(connection->failure_text, sizeof connection->failure_text);
  check_text(connection->last_words, sizeof connection->last_words);
  return course;
}

struct tally {
  unsigned long total, killed, followed;
};

static void tally_add(struct tally *tally, enum course course) {
  tally->total++;
  if (course == KILLED) {
    tally->killed++;
  } else {
    tally->followed++;
  }
}

static void tally_print(const struct tally *tally, const char *what) {
  printf("     %lu %s: %lu cost the engine its life, %lu said what an engine may say\n", tally->total, what,
         tally->killed, tally->followed);
}

static void message__cut_at_any_length_ends_the_engine(void) {
  struct tally tally = {0};
  host_open();
  for (unsigned s = 0; s < STATES_COUNT; s++) {
    for (uint32_t type = HANDSHAKE_HELLO; type <= HANDSHAKE_RETIRING; type++) {
      struct message message;
      message_make(&message, type);
      const uint32_t whole = message.size;
      for (message.size = 1; message.size < whole; message.size++) {
        const enum course course = check_message(states[s], &message);
        CHECK_INT(KILLED, course);
        tally_add(&tally, course);
      }
      check_message(states[s], &message);
    }
  }
  tally_print(&tally, "cut messages");
  host_close();
}

static void message__with_any_byte_changed_is_taken_at_its_word(void) {
  struct tally tally = {0};
  host_open();
  for (unsigned s = 0; s < STATES_COUNT; s++) {
    for (uint32_t type = HANDSHAKE_HELLO; type <= HANDSHAKE_RETIRING; type++) {
      struct message message;
      message_make(&message, type);
      for (uint32_t at = 0; at < message.size; at++) {
        for (unsigned mask = 1; mask < 256; mask++) {
          message.bytes[at] ^= (uint8_t)mask;
          tally_add(&tally, check_message(states[s], &message));
          message.bytes[at] ^= (uint8_t)mask;
        }
      }
      faults_go_on();
    }
  }
  tally_print(&tally, "changed messages");
  host_close();
}

static void message__spoilt_at_random_is_taken_at_its_word(void) {
  struct random random = {5};
  struct tally tally = {0};
  host_open();
  for (unsigned long round = 0; round < RANDOM_MESSAGES * repeats(); round++) {
    struct message message;
    message_make(&message, HANDSHAKE_HELLO + (uint32_t)random_next(&random, 5));
    for (uint64_t changes = random_next(&random, 5); changes > 0; changes--) {
      message.bytes[random_next(&random, message.size)] = (uint8_t)random_next(&random, 256);
    }
    if (random_next(&random, 4) == 0) message.size = 1 + (uint32_t)random_next(&random, MESSAGE_SIZE_MAX - 1);
    tally_add(&tally, check_message(states[random_next(&random, STATES_COUNT)], &message));
    if (round % RANDOM_MESSAGES == 0) faults_go_on();
  }
  tally_print(&tally, "spoilt messages");
  host_close();
}

CHECK_MAIN(TEST(message__cut_at_any_length_ends_the_engine), TEST(message__with_any_byte_changed_is_taken_at_its_word),
           TEST(message__spoilt_at_random_is_taken_at_its_word))
