/* Streams of frames cut short at every length, with every byte changed to every other value, and spoilt at random: the
 * host's half of a slot takes each for what a reader of the whole would take it for. In one process, with no engine. */
#include "tests/seeded_random.h"
#include "tests/faults/faults_repeats.h"
#include "tests/faults/frame_reference.h"
#include "tests/faults/frame_streams.h"
#include "pool/slot.h"

enum { CALL_ID = 0x4711, RING_SIZE = CHANNEL_RESPONSE_RING_SIZE, RANDOM_STREAMS = 100000, SPOILT_SIZE_MAX = 3000 };

/* How many streams had each verdict. */
struct tally {
  unsigned long total, of[VERDICT_BROKEN + 1];
};

static uint8_t ring[RING_SIZE];
static struct tally tally;

/* The host's end of a slot, and the engine's end of its ring, which begins anywhere. */
struct pair {
  struct channel_slot shared;
  struct slot slot;
  struct ring_writer engine;
};

static struct pair pair;

static void pair_open(uint64_t begin) {
  memset(&pair, 0, sizeof pair);
  struct channel_slot *shared = &pair.shared;
  atomic_store(&shared->response_written, begin);
  atomic_store(&shared->response_read, begin);
  pair.slot.shared = shared;
  pair.slot.responses = (struct ring_reader){.written = &shared->response_written,
                                             .read = &shared->response_read,
                                             .bytes = ring,
                                             .size = RING_SIZE,
                                             .position = begin};
  pair.engine = (struct ring_writer){.written = &shared->response_written,
                                     .read = &shared->response_read,
                                     .bytes = ring,
                                     .size = RING_SIZE,
                                     .position = begin};
}

/* What the host has made of a call so far. */
struct heard {
  uint8_t content[REFERENCE_CONTENT_MAX + CHANNEL_TOKENS_MAX * sizeof(int32_t)];
  uint32_t content_size, finish_reason;
  bool has_vectors;
};

/* Takes what there is, until there is no more; what came last. */
static enum slot_news hear(struct heard *heard) {
  struct slot *slot = &pair.slot;
  for (;;) {
    const enum slot_news news = slot_look(slot);
    uint8_t *room = heard->content + heard->content_size;
    if (news == SLOT_PIECE || news == SLOT_VECTOR) {
      const uint64_t left = REFERENCE_CONTENT_MAX - heard->content_size;
      heard->content_size += (uint32_t)slot_take_piece(slot, room, left < 7 ? left : 7);
      heard->has_vectors |= news == SLOT_VECTOR;
    } else if (news == SLOT_TOKENS && slot->head.type >= FRAME_ASIDE) {
      heard->content_size += (uint32_t)slot_take_piece(slot, room, FRAME_ASIDE_SIZE_MAX);
    } else if (news == SLOT_TOKENS) {
      int32_t tokens[CHANNEL_TOKENS_MAX];
      const uint32_t size = slot_take_tokens(slot, tokens) * (uint32_t)sizeof *tokens;
      memcpy(room, tokens, size);
      heard->content_size += size;
    } else {
      if (news == SLOT_DONE) {
        struct frame_done done;
        slot_take_done(slot, &done);
        heard->finish_reason = done.finish_reason;
      }
      return news;
    }
    slot_release_room(slot);
  }
}

static enum frame_verdict verdict_of(enum slot_news news) {
  if (news == SLOT_NOTHING) return VERDICT_UNFINISHED;
  if (news == SLOT_DONE) return VERDICT_ANSWERED;
  return news == SLOT_FAILED ? VERDICT_FAILED : VERDICT_BROKEN;
}

/* Writes the stream in parts of any size and compares; the verdict. */
static enum frame_verdict check_stream(const uint8_t *bytes, size_t size, uint64_t begin, struct random *random) {
  static struct frame_reference reference;
  static struct heard heard;
  heard = (struct heard){.content_size = 0};
  frame_reference_read(&reference, bytes, size, CALL_ID);
  pair_open(begin);
  slot_begin(&pair.slot, CALL_ID);
  enum slot_news news = SLOT_NOTHING;
  for (size_t at = 0; news == SLOT_NOTHING && at < size;) {
    size_t part = 1 + (size_t)random_next(random, 40);
    if (part > size - at) part = size - at;
    ring_put(&pair.engine, bytes + at, part);
    ring_publish(&pair.engine);
    at += part;
    news = hear(&heard);
  }
  const enum frame_verdict verdict = verdict_of(news);
  CHECK_INT(reference.verdict, verdict);
  CHECK_INT(reference.content_size, heard.content_size);
  CHECK(memcmp(reference.content, heard.content, heard.content_size) == 0);
  CHECK_INT(reference.has_vectors, heard.has_vectors);
  if (verdict == VERDICT_ANSWERED) CHECK_INT(reference.finish_reason, heard.finish_reason);
  if (verdict == VERDICT_BROKEN) CHECK_INT(SLOT_BROKEN, slot_look(&pair.slot)); /* for good */
  tally.total++;
  tally.of[verdict]++;
  return verdict;
}

static void tally_print(const char *what) {
  printf("     %lu %s: answered %lu, failed %lu, unfinished %lu, broken %lu\n", tally.total, what,
         tally.of[VERDICT_ANSWERED], tally.of[VERDICT_FAILED], tally.of[VERDICT_UNFINISHED], tally.of[VERDICT_BROKEN]);
  tally = (struct tally){.total = 0};
}

static void stream__cut_at_any_length_is_unfinished(void) {
  struct random random = {1};
  for (unsigned kind = 0; kind < STREAM_KIND_COUNT; kind++) {
    struct frame_stream stream;
    frame_stream_make(&stream, (enum frame_stream_kind)kind, CALL_ID);
    for (uint32_t size = 0; size < stream.size; size++) {
      for (uint64_t begin = 0; begin < stream.size; begin += 7) {
        CHECK_INT(VERDICT_UNFINISHED, check_stream(stream.bytes, size, RING_SIZE - begin, &random));
      }
    }
    CHECK(check_stream(stream.bytes, stream.size, 0, &random) != VERDICT_UNFINISHED);
  }
  tally_print("cuts");
}

/* Whether a byte of the stream stands in a head, where no change may pass for the same answer. */
static bool in_head(const struct frame_stream *stream, uint32_t at) {
  for (uint32_t begin = 0; begin < stream->size;) {
    struct frame_head head;
    memcpy(&head, stream->bytes + begin, sizeof head);
    if (at < begin + sizeof head) return true;
    begin += (uint32_t)sizeof head + head.payload_size;
    if (at < begin) return false;
  }
  return false;
}

static void stream__with_any_byte_changed_is_never_a_false_answer(void) {
  struct random random = {2};
  unsigned long passed_for_others = 0;
  for (unsigned kind = 0; kind < STREAM_KIND_COUNT; kind++) {
    struct frame_stream stream;
    frame_stream_make(&stream, (enum frame_stream_kind)kind, CALL_ID);
    for (uint32_t at = 0; at < stream.size; at++) {
      for (unsigned mask = 1; mask < 256; mask++) {
        stream.bytes[at] ^= (uint8_t)mask;
        const enum frame_verdict verdict =
            check_stream(stream.bytes, stream.size, RING_SIZE - random_next(&random, stream.size), &random);
        stream.bytes[at] ^= (uint8_t)mask;
        passed_for_others += verdict == VERDICT_ANSWERED && in_head(&stream, at);
      }
    }
  }
  /* Text, tokens, their probabilities and vectors may become each other, either kind of origin or either kind of text
   * aside, and a piece may swallow the next one: whole streams as well, and the reference has read them the same way.
   */
  printf("     %lu changes of a head gave another whole answer\n", passed_for_others);
  CHECK_INT(19, passed_for_others);
  tally_print("changed bytes");
}

/* One change of any kind; the new size. */
static size_t spoil(uint8_t *bytes, size_t size, struct random *random) {
  const size_t at = (size_t)random_next(random, size);
  size_t count = 1 + (size_t)random_next(random, 40);
  if (count > size - at) count = size - at;
  switch (random_next(random, 5)) {
    case 0:
      bytes[at] = (uint8_t)random_next(random, 256);
      return size;
    case 1: /* a number that means something somewhere */
      bytes[at] = (uint8_t)(FRAME_ACCEPTED + random_next(random, 6));
      return size;
    case 2:
      return size - (size - at) * (random_next(random, 4) == 0);
    case 3: /* a hole */
      memmove(bytes + at, bytes + at + count, size - at - count);
      return size - count;
    default: /* said twice */
      if (size + count > SPOILT_SIZE_MAX) return size;
      memmove(bytes + at + count, bytes + at, size - at);
      return size + count;
  }
}

static void stream__spoilt_at_random_is_what_its_whole_says(void) {
  static uint8_t bytes[SPOILT_SIZE_MAX];
  struct random random = {3};
  for (unsigned long round = 0; round < RANDOM_STREAMS * repeats(); round++) {
    struct frame_stream stream;
    frame_stream_make(&stream, (enum frame_stream_kind)random_next(&random, STREAM_KIND_COUNT), CALL_ID);
    size_t size = stream.size;
    memcpy(bytes, stream.bytes, size);
    for (uint64_t changes = 1 + random_next(&random, 4); changes > 0 && size > 0; changes--) {
      size = spoil(bytes, size, &random);
    }
    check_stream(bytes, size, random_next(&random, RING_SIZE), &random);
    if (round % RANDOM_STREAMS == 0) faults_go_on();
  }
  tally_print("spoilt streams");
}

static void rest_of_an_answer__reaches_no_other_call(void) {
  struct random random = {4};
  for (unsigned kind = 0; kind < STREAM_KIND_COUNT; kind++) {
    struct frame_stream stream, late;
    static struct heard heard;
    frame_stream_make(&stream, (enum frame_stream_kind)kind, CALL_ID);
    for (unsigned other = 0; other < STREAM_KIND_COUNT; other++) {
      frame_stream_make(&late, (enum frame_stream_kind)other, CALL_ID);
      check_stream(stream.bytes, stream.size, 0, &random);
      heard.content_size = 0;
      ring_put(&pair.engine, late.bytes, late.size);
      ring_publish(&pair.engine);
      slot_begin(&pair.slot, CALL_ID + 1);
      CHECK_INT(SLOT_BROKEN, hear(&heard));
      CHECK_INT(0, heard.content_size);
    }
  }
}

CHECK_MAIN(TEST(stream__cut_at_any_length_is_unfinished), TEST(stream__with_any_byte_changed_is_never_a_false_answer),
           TEST(stream__spoilt_at_random_is_what_its_whole_says), TEST(rest_of_an_answer__reaches_no_other_call))
