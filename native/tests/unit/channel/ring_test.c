/* The ring with both ends in one process, as two processes would use it. */
#include <pthread.h>

#include "tests/check.h"
#include "tests/seeded_random.h"
#include "channel/ring.h"

enum { RING_SIZE_MAX = 4096 };

struct pair {
  _Atomic uint64_t written, read;
  uint8_t bytes[RING_SIZE_MAX];
  struct ring_writer writer;
  struct ring_reader reader;
};

/* Both ends at `position`, which need not be 0: the counters wrap like any others. */
static void pair_open(struct pair *pair, uint64_t size, uint64_t position) {
  atomic_store(&pair->written, position);
  atomic_store(&pair->read, position);
  pair->writer = (struct ring_writer){
      .written = &pair->written, .read = &pair->read, .bytes = pair->bytes, .size = size, .position = position};
  pair->reader = (struct ring_reader){
      .written = &pair->written, .read = &pair->read, .bytes = pair->bytes, .size = size, .position = position};
}

/* Byte number i of the stream that is sent. */
static uint8_t byte_at(uint64_t i) {
  return (uint8_t)(i * 167 + (i >> 8));
}

static uint64_t send_some(struct pair *pair, uint64_t sent, uint64_t size) {
  uint8_t chunk[RING_SIZE_MAX];
  for (uint64_t i = 0; i < size; i++) chunk[i] = byte_at(sent + i);
  ring_put(&pair->writer, chunk, size);
  return sent + size;
}

static uint64_t take_some(struct pair *pair, uint64_t taken, uint64_t size) {
  uint8_t chunk[RING_SIZE_MAX];
  ring_take(&pair->reader, chunk, size);
  for (uint64_t i = 0; i < size; i++) CHECK_INT(byte_at(taken + i), chunk[i]);
  return taken + size;
}

static void ring__random_chunks_equal_the_whole(void) {
  static const uint64_t sizes[] = {16, 64, 4096};
  static const uint64_t positions[] = {0, 7, UINT64_MAX - 33};
  struct random random = {20240611};
  for (unsigned s = 0; s < 3; s++) {
    for (unsigned p = 0; p < 3; p++) {
      struct pair pair;
      uint64_t sent = 0, taken = 0;
      const uint64_t total = sizes[s] * 100;
      pair_open(&pair, sizes[s], positions[p]);
      while (taken < total && check_failures == 0) {
        const uint64_t space = ring_space(&pair.writer);
        CHECK_INT(sizes[s] - (sent - taken), space);
        sent = send_some(&pair, sent, random_next(&random, space + 1));
        ring_publish(&pair.writer);
        CHECK_INT(sent - taken, ring_available(&pair.reader));
        taken = take_some(&pair, taken, random_next(&random, sent - taken + 1));
        ring_release(&pair.reader);
      }
      CHECK(!pair.writer.broken && !pair.reader.broken);
    }
  }
}

static void ring__shows_only_what_was_published(void) {
  struct pair pair;
  pair_open(&pair, 64, 60);
  ring_put(&pair.writer, "hello", 5);
  CHECK_INT(0, ring_available(&pair.reader));
  ring_publish(&pair.writer);
  CHECK_INT(5, ring_available(&pair.reader));
}

static void ring__gives_room_back_only_when_released(void) {
  struct pair pair;
  uint8_t chunk[64] = {0};
  pair_open(&pair, 64, 3);
  ring_put(&pair.writer, chunk, 64);
  ring_publish(&pair.writer);
  CHECK_INT(0, ring_space(&pair.writer));
  ring_take(&pair.reader, chunk, 10);
  ring_skip(&pair.reader, 20);
  CHECK_INT(0, ring_space(&pair.writer));
  ring_release(&pair.reader);
  CHECK_INT(30, ring_space(&pair.writer));
  CHECK_INT(34, ring_available(&pair.reader));
}

static void ring__notices_a_writer_that_cannot_be_there(void) {
  static const uint64_t offsets[] = {65, 1000, UINT64_MAX /* one behind the reader */, UINT64_MAX / 2};
  for (unsigned i = 0; i < 4; i++) {
    struct pair pair;
    pair_open(&pair, 64, 100);
    atomic_store(&pair.written, 100 + offsets[i]);
    CHECK_INT(0, ring_available(&pair.reader));
    CHECK(pair.reader.broken);
  }
}

static void ring__notices_a_reader_that_cannot_be_there(void) {
  static const uint64_t offsets[] = {1 /* ahead of the writer */, 1000, UINT64_MAX - 64, UINT64_MAX / 2};
  for (unsigned i = 0; i < 4; i++) {
    struct pair pair;
    pair_open(&pair, 64, 100);
    atomic_store(&pair.read, 100 + offsets[i]);
    CHECK_INT(0, ring_space(&pair.writer));
    CHECK(pair.writer.broken);
  }
}

static void ring__does_not_believe_its_own_position_in_shared_memory(void) {
  struct pair pair;
  uint8_t chunk[5];
  pair_open(&pair, 64, 0);
  ring_put(&pair.writer, "first", 5);
  ring_publish(&pair.writer);
  ring_take(&pair.reader, chunk, 5);
  ring_release(&pair.reader);
  atomic_store(&pair.written, 0); /* by the peer; the writer goes on from where it was */
  ring_put(&pair.writer, "other", 5);
  ring_publish(&pair.writer);
  CHECK_INT(5, ring_available(&pair.reader));
  ring_take(&pair.reader, chunk, 5);
  CHECK(memcmp(chunk, "other", 5) == 0);
}

enum { THREADED_TOTAL = 4 << 20 };

static void *send_all(void *argument) {
  struct pair *pair = argument;
  struct random random = {99};
  for (uint64_t sent = 0; sent < THREADED_TOTAL;) {
    uint64_t size = ring_space(&pair->writer);
    if (size > THREADED_TOTAL - sent) size = THREADED_TOTAL - sent;
    if (size == 0) {
      usleep(1); /* this machine may have one processor */
      continue;
    }
    sent = send_some(pair, sent, 1 + random_next(&random, size));
    ring_publish(&pair->writer);
  }
  return NULL;
}

static void ring__carries_a_stream_between_two_threads(void) {
  static struct pair pair;
  pthread_t writer;
  pair_open(&pair, RING_SIZE_MAX, UINT64_MAX - 1000);
  CHECK_INT(0, pthread_create(&writer, NULL, send_all, &pair));
  for (uint64_t taken = 0; taken < THREADED_TOTAL && check_failures == 0;) {
    const uint64_t available = ring_available(&pair.reader);
    if (available == 0) usleep(1);
    taken = take_some(&pair, taken, available);
    ring_release(&pair.reader);
  }
  CHECK_INT(0, pthread_join(writer, NULL));
}

CHECK_MAIN(TEST(ring__random_chunks_equal_the_whole), TEST(ring__shows_only_what_was_published),
           TEST(ring__gives_room_back_only_when_released), TEST(ring__notices_a_writer_that_cannot_be_there),
           TEST(ring__notices_a_reader_that_cannot_be_there),
           TEST(ring__does_not_believe_its_own_position_in_shared_memory),
           TEST(ring__carries_a_stream_between_two_threads))
