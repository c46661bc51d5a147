/* What is said between a host and the helper process that keeps a session's turn for one of its calls: small structs
 * over a message socket, as in keeper_protocol.h. Texts lie in a sealed region whose handle comes with the message.
 *
 *   host   -> helper   OPEN with the call's settings, as pairs (core/settings_pairs.h), and its prompt behind them;
 *                      DROP (a turn has no room); ANSWER with its tokens, and behind them its text,
 *                      reasoning and calls of tools
 *   helper -> host     WAITING (who has the turn), TURN with the conversation, STORED, REFUSED
 *
 * Between OPEN and the end of the helper's process nobody else has the session. What ends the conversation before
 * ANSWER leaves the session as it was; when the host has ended it before STORED could be sent, the helper takes what it
 * has written back. */
#ifndef LLMB_SESSION_PROTOCOL_H
#define LLMB_SESSION_PROTOCOL_H

#include <stdint.h>

/* The magic number is another one for each version that a host could not talk to. */
enum { SESSION_PROTOCOL_MAGIC = 0x65424c4c, SESSION_PROTOCOL_VERSION = 2 };

/* The arguments that make a keeper the helper of one call's session, or have it look at sessions (session_survey.h). */
#define SESSION_ROLE "session"
#define SESSION_ROLE_SURVEY "sessions"

enum session_message_kind {
  SESSION_MESSAGE_NONE,
  SESSION_MESSAGE_OPEN,
  SESSION_MESSAGE_DROP,
  SESSION_MESSAGE_ANSWER,
  SESSION_MESSAGE_WAITING,
  SESSION_MESSAGE_TURN,
  SESSION_MESSAGE_STORED,
  SESSION_MESSAGE_REFUSED
};

enum { SESSION_DOING_SIZE = 192, SESSION_REASON_SIZE = 480 };
enum { SESSION_CAME_BACK = 1 }; /* a bit of `flags` */

struct session_head {
  uint32_t magic;
  uint16_t version;
  uint16_t kind; /* enum session_message_kind */
};

/* One struct for all: what a kind does not use is zero. */
struct session_message {
  struct session_head head;
  uint64_t size;           /* OPEN, ANSWER, TURN: of what lies in the region, a NUL behind it not counted */
  uint64_t first_size;     /* OPEN: of the pairs; ANSWER: of the tokens, 4 bytes each */
  uint64_t deadline_ns;    /* OPEN: of the call */
  uint64_t id;             /* OPEN: of the call, by which its turn is known again */
  uint64_t aside_sizes[2]; /* ANSWER: of the reasoning and of the calls */
  uint64_t records; /* TURN: that the session has; STORED: that it has now; OPEN: that it had, of a call that had the
                       turn before and has lost its helper */
  uint64_t dropped; /* TURN: turns that the conversation leaves out */
  uint32_t tail;    /* TURN, OPEN: a sum of the last record, by which the session is known again */
  uint32_t flags;   /* OPEN: whether it had the turn before */
  int32_t status, os_code;        /* REFUSED; ANSWER: why it has ended */
  char text[SESSION_REASON_SIZE]; /* REFUSED: why; WAITING: for whom; TURN: an event; ANSWER: which engine
                                     has given it */
};

#endif
