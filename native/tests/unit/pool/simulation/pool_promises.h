/* What must hold in every schedule, whatever chance makes of it. A promise that is broken ends the schedule. */
#ifndef LLMB_POOL_PROMISES_H
#define LLMB_POOL_PROMISES_H

#include <llmbridge/call.h>

#include "tests/unit/pool/simulation/simulated_world.h"

enum { CALLS_MAX = 24, TEXT_MAX = 512 };

/* One call of the host's, by its number. */
struct client_call {
  llmb_call *call;
  uint64_t deadline_ns;
  bool over, cancelled, certain; /* nothing can keep it from being answered */
  bool lazy;                     /* nobody watches it: it is read now and then, perhaps long after its end */
  unsigned outcomes;
  uint32_t tokens;
  char text[TEXT_MAX];
  uint64_t text_size;
};
extern struct client_call calls[CALLS_MAX];

extern llmb_bridge *bridge;
extern unsigned call_count, success_count;
extern bool closing;

/* What holds whenever the library has returned. */
void promise_pool(void);

/* What holds whenever everyone sleeps, and when the library asks for an engine. */
void promise_before_sleep(void);
void promise_at_spawn(void);

/* What the answer is as far as it has come. */
void promise_text(const struct client_call *client, bool whole);

#endif
