#include "tests/check.h"

#include "core/utf8.h"

struct sample {
  const char *bytes;
  uint64_t size, valid_size;
  enum utf8_verdict verdict;
};

#define SAMPLE(text, valid_size, verdict) \
  { text, sizeof(text) - 1, valid_size, verdict }

static void check_samples(const struct sample *samples, size_t count) {
  for (size_t i = 0; i < count; i++) {
    uint64_t valid_size = 999;
    CHECK_INT(samples[i].verdict, utf8_check((const uint8_t *)samples[i].bytes, samples[i].size, &valid_size));
    CHECK_INT(samples[i].valid_size, valid_size);
    if (check_failures > 0) fprintf(stderr, "  in sample %zu\n", i);
  }
}
#define CHECK_SAMPLES(samples) check_samples(samples, sizeof samples / sizeof samples[0])

static void utf8_check__accepts_the_first_and_last_of_each_length(void) {
  const struct sample samples[] = {SAMPLE("", 0, UTF8_VALID),
                                   SAMPLE("\0\x7F", 2, UTF8_VALID),
                                   SAMPLE("\xC2\x80\xDF\xBF", 4, UTF8_VALID),
                                   SAMPLE("\xE0\xA0\x80\xEF\xBF\xBF", 6, UTF8_VALID),
                                   SAMPLE("\xED\x9F\xBF\xEE\x80\x80", 6, UTF8_VALID),
                                   SAMPLE("\xF0\x90\x80\x80\xF4\x8F\xBF\xBF", 8, UTF8_VALID)};
  CHECK_SAMPLES(samples);
}

static void utf8_check__refuses_overlong_forms(void) {
  const struct sample samples[] = {
      SAMPLE("a\xC0\x80", 1, UTF8_INVALID),         SAMPLE("a\xC1\xBF", 1, UTF8_INVALID),
      SAMPLE("a\xE0\x80\x80", 1, UTF8_INVALID),     SAMPLE("a\xE0\x9F\xBF", 1, UTF8_INVALID),
      SAMPLE("a\xF0\x80\x80\x80", 1, UTF8_INVALID), SAMPLE("a\xF0\x8F\xBF\xBF", 1, UTF8_INVALID),
      SAMPLE("a\xE0\x9F", 1, UTF8_INVALID),         SAMPLE("a\xF0\x8F", 1, UTF8_INVALID)};
  CHECK_SAMPLES(samples);
}

static void utf8_check__refuses_surrogates(void) {
  const struct sample samples[] = {SAMPLE("\xED\xA0\x80", 0, UTF8_INVALID), SAMPLE("\xED\xBF\xBF", 0, UTF8_INVALID),
                                   SAMPLE("\xED\xA0", 0, UTF8_INVALID)};
  CHECK_SAMPLES(samples);
}

static void utf8_check__refuses_what_lies_above_10FFFF(void) {
  const struct sample samples[] = {SAMPLE("\xF4\x90\x80\x80", 0, UTF8_INVALID),
                                   SAMPLE("\xF5\x80\x80\x80", 0, UTF8_INVALID),
                                   SAMPLE("\xF8\x88\x80\x80\x80", 0, UTF8_INVALID), SAMPLE("\xFF", 0, UTF8_INVALID),
                                   SAMPLE("\xFE", 0, UTF8_INVALID)};
  CHECK_SAMPLES(samples);
}

static void utf8_check__refuses_stray_and_missing_continuations(void) {
  const struct sample samples[] = {SAMPLE("\x80", 0, UTF8_INVALID),
                                   SAMPLE("ab\xBF", 2, UTF8_INVALID),
                                   SAMPLE("\xC2\x41", 0, UTF8_INVALID),
                                   SAMPLE("\xE2\x82\x41", 0, UTF8_INVALID),
                                   SAMPLE("\xE2\x28\xA1", 0, UTF8_INVALID),
                                   SAMPLE("\xF0\x9F\x98\x41", 0, UTF8_INVALID),
                                   SAMPLE("\xC3\xA4\xC3\xC3", 2, UTF8_INVALID)};
  CHECK_SAMPLES(samples);
}

static void utf8_check__tells_an_unfinished_end_from_a_wrong_one(void) {
  const struct sample samples[] = {
      SAMPLE("a\xC2", 1, UTF8_INCOMPLETE),     SAMPLE("a\xE2", 1, UTF8_INCOMPLETE),
      SAMPLE("a\xE2\x82", 1, UTF8_INCOMPLETE), SAMPLE("a\xF0", 1, UTF8_INCOMPLETE),
      SAMPLE("a\xF0\x9F", 1, UTF8_INCOMPLETE), SAMPLE("a\xF0\x9F\x98", 1, UTF8_INCOMPLETE)};
  CHECK_SAMPLES(samples);
}

static void utf8_check__finds_a_bad_byte_at_every_place_of_a_long_text(void) {
  uint8_t text[200];
  for (uint64_t size = 1; size <= sizeof text; size++) {
    for (uint64_t at = 0; at < size; at++) {
      uint64_t valid_size;
      memset(text, 'a', sizeof text);
      text[at] = 0xFF;
      CHECK_INT(UTF8_INVALID, utf8_check(text, size, &valid_size));
      CHECK_INT(at, valid_size);
    }
  }
}

/* Counts the characters that a plain decoder accepts, to compare with all 2^21 numbers. */
static void utf8_check__agrees_with_arithmetic_on_all_numbers(void) {
  for (uint32_t number = 0; number < 0x200000; number++) {
    uint8_t bytes[4];
    uint64_t size, valid_size;
    if (number < 0x80) {
      bytes[0] = (uint8_t)number;
      size = 1;
    } else if (number < 0x800) {
      bytes[0] = (uint8_t)(0xC0 | number >> 6);
      size = 2;
    } else if (number < 0x10000) {
      bytes[0] = (uint8_t)(0xE0 | number >> 12);
      size = 3;
    } else {
      bytes[0] = (uint8_t)(0xF0 | number >> 18);
      size = 4;
    }
    for (uint64_t i = 1; i < size; i++) bytes[i] = (uint8_t)(0x80 | (number >> 6 * (size - 1 - i) & 0x3F));
    int allowed = number < 0xD800 || (number > 0xDFFF && number <= 0x10FFFF);
    if ((utf8_check(bytes, size, &valid_size) == UTF8_VALID) != allowed) CHECK_INT(-1, number);
  }
}

/* Feeds text in pieces that end where `ends` says, and joins what comes out. */
static enum utf8_verdict feed(const char *text, const uint64_t *ends, size_t count, char *out, uint64_t *out_size,
                              uint32_t *held_size) {
  struct utf8_holder holder = {0};
  enum utf8_verdict verdict = UTF8_VALID;
  uint64_t begin = 0;
  *out_size = 0;
  for (size_t i = 0; i < count && verdict == UTF8_VALID; i++) {
    uint8_t buffer[512];
    uint64_t size = ends[i] - begin, whole;
    memcpy(buffer + holder.held_size, text + begin, size);
    verdict = utf8_holder_feed(&holder, buffer, size, &whole);
    memcpy(out + *out_size, buffer, whole);
    *out_size += whole;
    begin = ends[i];
  }
  *held_size = holder.held_size;
  return verdict;
}

static const char mixed[] = "a\xC3\xA4\xE2\x82\xAC\xF0\x9F\x98\x80z\xF4\x8F\xBF\xBF\xEF\xBF\xBF";
enum { MIXED_SIZE = sizeof mixed - 1 };

static void utf8_holder__joins_a_text_split_at_every_byte(void) {
  for (uint64_t split = 0; split <= MIXED_SIZE; split++) {
    char out[64];
    uint64_t out_size;
    uint32_t held_size;
    CHECK_INT(UTF8_VALID, feed(mixed, (uint64_t[]){split, MIXED_SIZE}, 2, out, &out_size, &held_size));
    CHECK_INT(MIXED_SIZE, out_size);
    CHECK(memcmp(mixed, out, MIXED_SIZE) == 0);
    CHECK_INT(0, held_size);
  }
}

static void utf8_holder__joins_a_text_given_byte_by_byte(void) {
  char out[64];
  uint64_t ends[MIXED_SIZE], out_size;
  uint32_t held_size;
  for (uint64_t i = 0; i < MIXED_SIZE; i++) ends[i] = i + 1;
  CHECK_INT(UTF8_VALID, feed(mixed, ends, MIXED_SIZE, out, &out_size, &held_size));
  CHECK_INT(MIXED_SIZE, out_size);
  CHECK(memcmp(mixed, out, MIXED_SIZE) == 0);
}

static void utf8_holder__gives_out_whole_characters_only(void) {
  struct utf8_holder holder = {0};
  uint8_t buffer[16];
  uint64_t whole;
  memcpy(buffer, "a\xF0\x9F\x98", 4);
  CHECK_INT(UTF8_VALID, utf8_holder_feed(&holder, buffer, 4, &whole));
  CHECK_INT(1, whole);
  CHECK_INT(3, holder.held_size);
  CHECK_INT(UTF8_VALID, utf8_holder_feed(&holder, buffer, 0, &whole));
  CHECK_INT(0, whole);
  CHECK_INT(3, holder.held_size);
  buffer[3] = 0x80;
  CHECK_INT(UTF8_VALID, utf8_holder_feed(&holder, buffer, 1, &whole));
  CHECK_INT(4, whole);
  CHECK_INT(0, holder.held_size);
}

static void utf8_holder__refuses_a_wrong_byte_after_a_held_one(void) {
  struct utf8_holder holder = {0};
  uint8_t buffer[16];
  uint64_t whole;
  memcpy(buffer, "ab\xE2\x82", 4);
  CHECK_INT(UTF8_VALID, utf8_holder_feed(&holder, buffer, 4, &whole));
  buffer[2] = 'c';
  CHECK_INT(UTF8_INVALID, utf8_holder_feed(&holder, buffer, 1, &whole));
  CHECK_INT(0, whole);
}

/* However a stream is cut, valid or not, the same prefix comes out as from the whole. */
static void utf8_holder__says_of_random_pieces_what_it_says_of_the_whole(void) {
  static const uint8_t common[] = {'a', 'b', 0xC3, 0xA4, 0xE2, 0x82, 0xAC, 0xF0, 0x9F, 0x98, 0x80, 0xED, 0x9F};
  unsigned random = 7;
  for (int round = 0; round < 20000; round++) {
    char text[48], out[64];
    uint64_t size = 0, ends[64], count = 0, out_size, valid_size;
    uint32_t held_size;
    while (size < sizeof text - 20) {
      random = random * 1103515245u + 12345u;
      if ((random >> 16) % 24 == 0) {
        text[size++] = (char)common[(random >> 20) % sizeof common]; /* most often a fault */
      } else {
        uint64_t more = 1 + (random >> 16) % (MIXED_SIZE - 1);
        memcpy(text + size, mixed, more);
        size += more;
        if (more != 1 && more != 3 && more != 6 && more != 10 && more != 11 && (random >> 24) % 4 != 0) size -= more;
      }
    }
    for (uint64_t end = 0; end < size;) {
      random = random * 1103515245u + 12345u;
      end += (random >> 16) % 6;
      if (end > size) end = size;
      ends[count++] = end;
      if (count == 63) end = ends[count++] = size;
    }
    enum utf8_verdict whole = utf8_check((const uint8_t *)text, size, &valid_size);
    enum utf8_verdict pieces = feed(text, ends, count, out, &out_size, &held_size);
    CHECK_INT(valid_size, out_size);
    CHECK(memcmp(text, out, out_size) == 0);
    CHECK_INT(whole == UTF8_INVALID, pieces == UTF8_INVALID);
    if (whole != UTF8_INVALID) CHECK_INT(size - valid_size, held_size);
  }
}

CHECK_MAIN(TEST(utf8_check__accepts_the_first_and_last_of_each_length), TEST(utf8_check__refuses_overlong_forms),
           TEST(utf8_check__refuses_surrogates), TEST(utf8_check__refuses_what_lies_above_10FFFF),
           TEST(utf8_check__refuses_stray_and_missing_continuations),
           TEST(utf8_check__tells_an_unfinished_end_from_a_wrong_one),
           TEST(utf8_check__finds_a_bad_byte_at_every_place_of_a_long_text),
           TEST(utf8_check__agrees_with_arithmetic_on_all_numbers), TEST(utf8_holder__joins_a_text_split_at_every_byte),
           TEST(utf8_holder__joins_a_text_given_byte_by_byte), TEST(utf8_holder__gives_out_whole_characters_only),
           TEST(utf8_holder__refuses_a_wrong_byte_after_a_held_one),
           TEST(utf8_holder__says_of_random_pieces_what_it_says_of_the_whole))
