/* What the fake engine tells of tokens. */
#ifndef LLMB_FAKE_TOKENS_H
#define LLMB_FAKE_TOKENS_H

#include "engine/fake/fake_run.h"

/* The tokens of a text, or the text of tokens, as far as there is room; true once all is told. Fails the request for
 * what is no token. */
bool fake_tell_tokens(struct fake_run *run);

/* With the setting logprobs: each piece of an answer is a token, always as probable as any other. */
bool fake_tell_odds(const struct fake_run *run);

#endif
