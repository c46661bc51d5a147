/* One call and its answer, checked: the right text or an allowed failure, exactly one outcome, nobody else's bytes. */
#ifndef LLMB_SOAK_CALL_H
#define LLMB_SOAK_CALL_H

#include "tests/seeded_random.h"
#include "tests/soak/soak_bridge.h"

enum {
  SOAK_PROMPT_MAX = 96 << 10,
  SOAK_ANSWER_MAX = SOAK_PROMPT_MAX + 1024,
  SOAK_PATIENCE_MS = 180000, /* beyond every limit of a call: one without outcome by then is lost */
};

struct soak_call {
  struct soak_tally *tally;
  const struct soak_bridge *bridge;
  llmb_call *call; /* NULL if it could not be started */
  llmb_status status;
  llmb_error error;
  uint64_t start_ns;
  size_t expected_size, received_size;
  char expected[SOAK_ANSWER_MAX];
};

/* Starts a call with a prompt that no other call has. */
void soak_call_start(struct soak_call *call, struct soak_tally *tally, const struct soak_bridge *bridge,
                     struct random *random);

/* Reads one piece, if the call has not ended. */
void soak_call_read_piece(struct soak_call *call);

/* Reads to the end, closes the call and notes its outcome. A failure that neither `may_fail` nor the bridge allows is a
 * violation. */
llmb_status soak_call_end(struct soak_call *call, uint64_t may_fail);

/* The time from its start until now. */
uint64_t soak_call_duration_ns(const struct soak_call *call);

/* Embeds a few texts with the fake engine and checks every number. */
llmb_status soak_embed(struct soak_tally *tally, const struct soak_bridge *bridge, struct random *random);

#endif
