/* The ring that keeps the last of stderr. */
#include "tests/check.h"
#include "keeper/keeper_log.h"

static struct keeper_log ring;
static char tail[KEEPER_LOG_TAIL_SIZE];

static uint64_t take_tail(uint64_t capacity) {
  return keeper_log_tail(&ring, tail, capacity);
}

static void log_tail__is_all_while_it_fits(void) {
  memset(&ring, 0, sizeof ring);
  CHECK_INT(0, take_tail(sizeof tail));
  keeper_log_append(&ring, "one\ntwo", 7);
  CHECK_INT(7, take_tail(sizeof tail));
  CHECK_INT(0, memcmp(tail, "one\ntwo", 7));
}

static void log_tail__begins_at_a_line_when_cut(void) {
  memset(&ring, 0, sizeof ring);
  keeper_log_append(&ring, "first line\nsecond\nthird\n", 24);
  CHECK_INT(13, take_tail(15));
  CHECK_INT(0, memcmp(tail, "second\nthird\n", 13));
  CHECK_INT(4, take_tail(4)); /* no line begins in it but at its very end */
  CHECK_INT(0, memcmp(tail, "ird\n", 4));
}

/* Against a plain buffer, for every way that pieces can fall on the ring's end. */
static void log_tail__is_the_end_of_all_that_was_written(void) {
  enum { ALL = 3 * KEEPER_LOG_RING_SIZE, CAPACITY = 1000 };
  static char all[ALL];
  for (unsigned i = 0; i < ALL; i++) all[i] = (char)('a' + i % 23);
  for (unsigned piece = 1; piece < ALL; piece = piece * 3 + 1) {
    memset(&ring, 0, sizeof ring);
    for (unsigned at = 0; at < ALL; at += piece) {
      unsigned size = ALL - at < piece ? ALL - at : piece;
      keeper_log_append(&ring, all + at, size);
      unsigned expected = at + size < CAPACITY ? at + size : CAPACITY;
      CHECK_INT(expected, take_tail(CAPACITY));
      CHECK_INT(0, memcmp(tail, all + at + size - expected, expected));
      if (check_failures > 0) return;
    }
  }
}

CHECK_MAIN(TEST(log_tail__is_all_while_it_fits), TEST(log_tail__begins_at_a_line_when_cut),
           TEST(log_tail__is_the_end_of_all_that_was_written))
