/* An engine that writes as fast as its host reads, and reads as fast as it writes: no drain and no rest of a request
 * takes longer than a ring's worth. The linker puts this engine before each of the host's looks at the ring. */
#include "tests/unit/pool/slot_fixture.h"

enum { AHEAD = CHANNEL_RESPONSE_RING_SIZE / 4, LOOKS = 100 };

uint64_t __real_ring_available(struct ring_reader *reader);
uint64_t __wrap_ring_available(struct ring_reader *reader);
uint64_t __real_ring_space(struct ring_writer *writer);
uint64_t __wrap_ring_space(struct ring_writer *writer);

uint64_t __wrap_ring_available(struct ring_reader *reader) {
  atomic_store(reader->written, reader->position + AHEAD);
  return __real_ring_available(reader);
}

uint64_t __wrap_ring_space(struct ring_writer *writer) {
  atomic_store(writer->read, writer->position);
  return __real_ring_space(writer);
}

/* In the middle of a piece of which there is always more. */
static void drain__of_an_engine_that_never_stops_ends(void) {
  fixture_open();
  fixture.slot.in_frame = fixture.slot.accepted = true;
  fixture.slot.head = (struct frame_head){.type = FRAME_PIECE, .payload_size = CHANNEL_PIECE_SIZE_MAX};
  fixture.slot.frame_left = UINT64_MAX;
  for (int i = 0; i < LOOKS && check_failures == 0; i++) {
    bool broken = false;
    const uint64_t before = fixture.slot.responses.position;
    CHECK(!slot_drain(&fixture.slot, &broken));
    CHECK(!broken);
    const uint64_t taken = fixture.slot.responses.position - before;
    CHECK(taken >= CHANNEL_RESPONSE_RING_SIZE && taken < 2 * CHANNEL_RESPONSE_RING_SIZE);
  }
}

static void rest__of_a_request_that_is_taken_at_once_is_sent_in_parts(void) {
  fixture_open();
  fixture.slot.submit_left = CHANNEL_INPUT_SIZE_MAX;
  for (int i = 0; i < LOOKS && check_failures == 0; i++) {
    const uint64_t before = fixture.slot.requests.position;
    CHECK(slot_pad_request(&fixture.slot));
    CHECK(fixture.slot.requests.position - before <= CHANNEL_REQUEST_RING_SIZE);
  }
}

CHECK_MAIN(TEST(drain__of_an_engine_that_never_stops_ends),
           TEST(rest__of_a_request_that_is_taken_at_once_is_sent_in_parts))
