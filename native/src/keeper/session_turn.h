/* One turn of a session: which messages a call adds, what the model sees, and the lines that are written. Pure. */
#ifndef LLMB_SESSION_TURN_H
#define LLMB_SESSION_TURN_H

#include "keeper/session_log.h"

enum { SESSION_CONVERSATION_SIZE_MAX = 8 << 20, SESSION_REASON_MAX = 400 };

struct session_turn {
  const struct session_log *log;
  uint64_t base_count;        /* records of the log that the session begins with: all, or up to where it is forked */
  uint64_t base_turns;        /* and their turns */
  bool is_new;                /* there is no header yet */
  uint64_t dropped;           /* turns that the model does not see */
  struct session_bytes added; /* the new messages, a JSON object a line */
  uint64_t added_count;
  char reason[SESSION_REASON_MAX];
};

/* Takes the call's messages out of its request: {"prompt" or "messages", "system"}. LLMB_E_INVALID_ARGUMENT with the
 * reason. */
llmb_status session_turn_add(struct session_turn *turn, struct json_value request);

/* What the model sees: a JSON array. LLMB_E_CONTEXT_FULL: it is too large, and no turn can leave, or none may. */
llmb_status session_turn_conversation(struct session_turn *turn, bool may_drop, struct session_bytes *out);

/* Whether one more turn can leave what the model sees; it has left then. */
bool session_turn_drop(struct session_turn *turn);

/* The lines of the turn with its answer: a header (an object) if the session is new, the records before the fork, the
 * added messages, and the answer, which is {"message", ...}. */
llmb_status session_turn_lines(const struct session_turn *turn, const char *header, const char *id,
                               struct json_value answer, struct session_bytes *out);

void session_turn_clear(struct session_turn *turn);

#endif
