/* The host's half of a slot over a ring whose writer does what the input says, lies included. Input: steps, each an
 * operation byte and what it needs. */
#include "channel/channel_limits.h"
#include "core/utf8.h"
#include "tests/fuzz/fuzz.h"
#include "pool/slot.h"

#include <llmbridge/status.h>

enum { RING_SIZE = CHANNEL_RESPONSE_RING_SIZE, CALL_ID = 7, PIECE_SIZE = 100 };

enum operation { WRITE_RAW, WRITE_HEAD, WRITE_ZEROS, LIE, LOOK, TAKE, DRAIN, NEXT_CALL, OPERATION_COUNT };

struct peer {
  struct channel_slot shared;
  struct slot slot;
  uint64_t written; /* what the engine has written, if it does not lie */
  uint8_t *ring;
};

static bool has_room(const struct peer *peer) {
  return peer->written - atomic_load(&peer->shared.response_read) < RING_SIZE;
}

static void write_byte(struct peer *peer, uint8_t byte) {
  if (!has_room(peer)) return;
  peer->ring[peer->written++ % RING_SIZE] = byte;
}

static void write_number(struct peer *peer, uint64_t number, unsigned size) {
  for (unsigned i = 0; i < size; i++) write_byte(peer, (uint8_t)(number >> 8 * i));
}

static void publish(struct peer *peer) {
  atomic_store(&peer->shared.response_written, peer->written);
}

/* Takes what there is as a call would; every size is one the decoder has promised. */
static void take_news(struct peer *peer) {
  struct slot *slot = &peer->slot;
  const uint64_t position = slot->responses.position;
  switch (slot_look(slot)) {
    case SLOT_NOTHING:
      FUZZ_CHECK(!slot->responses.broken);
      return;
    case SLOT_PIECE:
    case SLOT_VECTOR: {
      uint8_t *piece = malloc(PIECE_SIZE);
      if (piece == NULL) exit(2);
      uint64_t size = slot_take_piece(slot, piece, PIECE_SIZE);
      FUZZ_CHECK(slot->accepted && size > 0 && size <= PIECE_SIZE);
      free(piece);
      break;
    }
    case SLOT_TOKENS: {
      int32_t *tokens = malloc(CHANNEL_TOKENS_MAX * sizeof *tokens);
      if (tokens == NULL) exit(2);
      uint32_t count = slot_take_tokens(slot, tokens);
      FUZZ_CHECK(slot->accepted && count > 0 && count <= CHANNEL_TOKENS_MAX);
      free(tokens);
      break;
    }
    case SLOT_DONE: {
      struct frame_done done;
      slot_take_done(slot, &done);
      FUZZ_CHECK(slot->accepted && !slot->in_frame);
      break;
    }
    case SLOT_FAILED: {
      llmb_error failure;
      uint64_t valid_size = 0;
      slot_take_failure(slot, &failure);
      FUZZ_CHECK(memchr(failure.message, 0, sizeof failure.message) != NULL && !slot->in_frame);
      FUZZ_CHECK(utf8_check((const uint8_t *)failure.message, strlen(failure.message), &valid_size) == UTF8_VALID);
      break;
    }
    case SLOT_BROKEN:
      FUZZ_CHECK(slot_look(slot) == SLOT_BROKEN); /* for good */
      return;
  }
  FUZZ_CHECK(slot->responses.position > position);
  slot_release_room(slot);
}

static void step(struct peer *peer, struct fuzz_input *input) {
  bool is_broken = false;
  switch ((enum operation)(fuzz_byte(input) % OPERATION_COUNT)) {
    case WRITE_RAW:
      for (unsigned count = fuzz_byte(input); count > 0 && input->size > 0; count--) write_byte(peer, fuzz_byte(input));
      publish(peer);
      return;
    case WRITE_HEAD:
      write_number(peer, fuzz_number(input, 3), 4);
      write_number(peer, FRAME_ACCEPTED + fuzz_byte(input) % 10, 4);
      write_number(peer, CALL_ID, 8);
      publish(peer);
      return;
    case WRITE_ZEROS:
      for (uint64_t count = fuzz_number(input, 2); count > 0 && has_room(peer); count--) write_byte(peer, 0);
      publish(peer);
      return;
    case LIE:
      atomic_store(&peer->shared.response_written, peer->written + fuzz_number(input, 8));
      return;
    case LOOK:
      /* A call that spins on slot_has_news must not miss anything. */
      if (slot_has_news(&peer->slot) || peer->slot.responses.broken) return;
      FUZZ_CHECK(slot_look(&peer->slot) == SLOT_NOTHING);
      return;
    case TAKE:
      take_news(peer);
      return;
    case DRAIN:
      if (slot_drain(&peer->slot, &is_broken)) FUZZ_CHECK(is_broken == peer->slot.responses.broken);
      slot_release_room(&peer->slot);
      return;
    case NEXT_CALL:
      if (!peer->slot.in_frame) slot_begin(&peer->slot, CALL_ID);
      return;
    case OPERATION_COUNT:
      return;
  }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  static struct peer peer;
  static uint8_t ring[RING_SIZE];
  struct fuzz_input input = {data, size};
  peer = (struct peer){.ring = ring};
  memset(ring, 0xA5, RING_SIZE);
  /* It begins anywhere, so that frames cross the ring's end. */
  peer.written = fuzz_number(&input, 3);
  atomic_store(&peer.shared.response_read, peer.written);
  publish(&peer);
  peer.slot.shared = &peer.shared;
  peer.slot.responses = (struct ring_reader){.written = &peer.shared.response_written,
                                             .read = &peer.shared.response_read,
                                             .bytes = peer.ring,
                                             .size = RING_SIZE,
                                             .position = peer.written};
  slot_begin(&peer.slot, CALL_ID);
  while (input.size > 0) step(&peer, &input);
  for (int i = 0; i < 100; i++) take_news(&peer);
  return 0;
}
