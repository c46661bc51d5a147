/* The host's half of one slot: one call in flight. Sending happens under the bridge's lock, receiving only by the
 * owner of the call (or under the lock when the slot has no owner any more). */
#ifndef LLMB_SLOT_H
#define LLMB_SLOT_H

#include <stdbool.h>
#include <stdint.h>

#include <llmbridge/status.h>

#include "channel/channel_layout.h"
#include "channel/frame.h"
#include "channel/ring.h"
#include "channel/spin.h"
#include "platform/os_handle.h"

struct pool_ticket;

enum slot_state {
  SLOT_FREE,
  SLOT_BUSY,    /* a call owns it */
  SLOT_DRAINING /* its call has ended for the host; the engine has not said its last word on it */
};

struct pool_ticket;

/* Rung by one engine alone. Once it is over nobody polls it any more; it is closed with the rest, since others may be
 * polling it. */
struct engine_bell {
  os_handle hears;
  bool over;
};

struct slot {
  struct pool_ticket *owner; /* of a busy slot; NULL of one whose call has left a dead engine */
  struct channel_slot *shared;
  struct ring_writer requests;
  struct ring_reader responses;
  struct engine_bell bell;
  enum slot_state state;
  uint64_t call_id;
  bool hung;            /* draining: its engine made no progress; it gets nothing more unless it gives the call up */
  uint64_t submit_left; /* bytes of the request that were not sent yet */
  uint64_t kill_at_ns;  /* draining: when the engine's patience is over; LLMB_NEVER if no one waits for it */
  struct spin spin;

  struct frame_head head; /* of the frame being received */
  bool in_frame, accepted;
  uint64_t frame_left; /* bytes of its payload not yet taken */
};

enum slot_news {
  SLOT_NOTHING,
  SLOT_TOKENS, /* slot_take_tokens: what only a resumed call needs, tokens or origin; or text aside, which
                  slot_take_piece gives as a whole */
  SLOT_PIECE,  /* slot_take_piece gives bytes */
  SLOT_VECTOR, /* the same */
  SLOT_DONE,   /* slot_take_done */
  SLOT_FAILED, /* slot_take_failure */
  SLOT_BROKEN  /* the engine broke the protocol */
};

/* What comes next. ACCEPTED is noted in slot->accepted and passed over. */
enum slot_news slot_look(struct slot *slot);

/* Whether slot_look could say anything else than SLOT_NOTHING; cheap enough to spin on. */
bool slot_has_news(const struct slot *slot);

/* Takes up to capacity bytes of the current piece. */
uint64_t slot_take_piece(struct slot *slot, uint8_t *buffer, uint64_t capacity);

/* Takes a whole frame of tokens into `tokens`, which has room for CHANNEL_TOKENS_MAX; returns how many. */
uint32_t slot_take_tokens(struct slot *slot, int32_t *tokens);

void slot_take_done(struct slot *slot, struct frame_done *out);

/* What the engine says of its failure: status, phase, message, os_code, exit and log; unchecked but for the texts. */
void slot_take_failure(struct slot *slot, llmb_error *out);

/* Gives the room of what was taken back; true if the engine waits for it and must be woken: not before half of the ring
 * is free. */
bool slot_release_room(struct slot *slot);

/* Whether a look that began at this position of the ring has taken as much as one look may: a ring's worth. An honest
 * engine cannot have more for it to take; one that writes as fast as this side reads must not keep it for ever. */
bool slot_has_taken_enough(const struct slot *slot, uint64_t begun_at);

/* Receives and drops what has come of an answer that nobody wants; true when it is all over, with *out_broken set if
 * that is because the engine broke the protocol. */
bool slot_drain(struct slot *slot, bool *out_broken);

/* Sends what fits of the rest of the request, a ring's worth at most, zeros in place of bytes that are not wanted any
 * more; true if anything was sent. */
bool slot_pad_request(struct slot *slot);

/* Prepares a free slot for a call. */
void slot_begin(struct slot *slot, uint64_t call_id);

#endif
