/* Times that an engine says in shared memory, and which need not be true. */
#include "api/call_limits.h"

#include "pool/connection.h"
#include "tests/unit/pool/slot_fixture.h"

static struct connection connection;
static llmb_call call;

enum { PLACED_NS = 1000, NOW_NS = 5000 };

static void call_place(void) {
  fixture_open();
  connection.slots[0] = fixture.slot;
  connection.slot_count = 1;
  memset(&call, 0, sizeof call);
  call.ticket.connection = &connection;
  atomic_store(&call.ticket.state, TICKET_PLACED);
  call.placed_ns = call.progress_ns = PLACED_NS;
}

static uint64_t progress_after(uint64_t said_ns) {
  call_place();
  atomic_store(&fixture.shared.progress, said_ns);
  call_note_progress(&call, NOW_NS);
  return call.progress_ns;
}

static void progress__is_when_the_engine_says_but_never_later_than_now(void) {
  CHECK_INT(3000, progress_after(3000));
  CHECK_INT(NOW_NS, progress_after(NOW_NS));
  CHECK_INT(NOW_NS, progress_after(NOW_NS + 1));
  CHECK_INT(NOW_NS, progress_after(LLMB_NEVER));
}

static void progress__never_goes_back(void) {
  CHECK_INT(PLACED_NS, progress_after(PLACED_NS - 1));
  CHECK_INT(PLACED_NS, progress_after(1));
}

static uint64_t first_part_after(uint64_t said_ns) {
  call_place();
  atomic_store(&fixture.shared.first_output, said_ns);
  call_note_part(&call, &connection.slots[0], NOW_NS);
  return call.first_piece_ns;
}

static void first_part__is_when_the_engine_says_if_that_can_be(void) {
  CHECK_INT(3000, first_part_after(3000));
  CHECK_INT(PLACED_NS, first_part_after(PLACED_NS));
  CHECK_INT(NOW_NS, first_part_after(PLACED_NS - 1)); /* of the call before */
  CHECK_INT(NOW_NS, first_part_after(NOW_NS + 1));
  CHECK_INT(NOW_NS, first_part_after(0));
}

CHECK_MAIN(TEST(progress__is_when_the_engine_says_but_never_later_than_now), TEST(progress__never_goes_back),
           TEST(first_part__is_when_the_engine_says_if_that_can_be))
