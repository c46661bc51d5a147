/* What a look at a call has found, and what follows from it: a look changes nothing that others share and takes no
 * lock; call_settle acts on its verdict. */
#ifndef LLMB_CALL_VERDICT_H
#define LLMB_CALL_VERDICT_H

#include <stdbool.h>

#include <llmbridge/status.h>

#include "channel/frame.h"

enum call_finding {
  CALL_NOTHING,    /* nothing to read, and nothing to be done */
  CALL_READABLE,   /* a part of the answer can be taken */
  CALL_LATE,       /* the deadline has passed before the answer was read: it counts if it was complete; look again */
  CALL_PROGRESSED, /* the call is past where its engine died: its quarantine ends; look again */
  CALL_HAS_TURN,   /* its session's turn is its own: it can be given to an engine */
  CALL_STORED,     /* its answer is in its session: it has succeeded */
  CALL_DONE,       /* the engine's last word: `done` */
  CALL_REFUSED,    /* the engine's last word: `failure` */
  CALL_FAILED,     /* the call fails: `failure` */
  CALL_BROKEN,     /* the engine broke the protocol: `failure.message` says how */
  CALL_UNSERVED,   /* no engine could be started: the call's own error says why */
  CALL_DIED        /* the engine's process has ended without a last word */
};

struct call_verdict {
  enum call_finding finding;
  bool engine_ended; /* of CALL_FAILED: the engine has sent its last frame of the call */
  bool hung;         /* of CALL_FAILED: the engine made no progress within the stall limit */
  struct frame_done done;
  llmb_error failure; /* only status, phase and message matter of CALL_FAILED */
};

/* Makes it CALL_FAILED. */
void verdict_fail(struct call_verdict *verdict, llmb_status status, uint32_t phase, bool engine_ended,
                  const char *format, ...) __attribute__((format(printf, 5, 6)));

/* Makes it CALL_BROKEN; `what` completes "the engine broke the protocol: ". */
void verdict_break(struct call_verdict *verdict, uint32_t phase, const char *what);

#endif
