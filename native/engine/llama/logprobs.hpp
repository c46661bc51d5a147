// How probable a token was, and which others were: the model's own distribution, before anything of the call's settings
// has changed it.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "llama.h"

namespace llama_engine {

struct token_odds {
  llama_token token;
  float logprob;  // natural; -9999 for what the model excludes, since JSON has no infinity
};

// The chosen token, then `alternatives` of the likeliest ones, the first one first and of equals the one with the lower
// id. Logits that are no numbers count as excluded.
std::vector<token_odds> odds_of(const float *logits, int32_t count, llama_token chosen, uint32_t alternatives);

// As llmb_request_write_logprobs wants it.
std::string odds_json(const llama_vocab *vocab, const std::vector<token_odds> &odds);

}  // namespace llama_engine
