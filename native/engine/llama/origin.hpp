// What another engine must know to compute a call's prompt to the last bit as this one did, where that does not follow
// from the prompt's text: which tokens stand for it, and in which batches what was held of it had been computed. It
// travels to the host as words, and comes back to the engine that continues the call; what comes back is a stranger's.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "engine/llama/provenance.hpp"
#include "engine/llama/text_match.hpp"
#include "llama.h"

namespace llama_engine {

struct origin {
  std::vector<substitution> substitutions;
  std::vector<token_range> ranges;  // of the prompt's first tokens, those with the substitutions in place
};

// What a prompt and a model allow.
struct origin_limits {
  uint32_t fingerprint;  // of the model
  int32_t vocabulary;    // tokens are below it
  uint32_t context;      // tokens
  uint32_t batch;        // tokens in one
};

// Tells models apart that may follow each other under one name.
uint32_t model_fingerprint(const llama_model *model);

// As words; where that would be more than the channel takes, a single one, which origin_read refuses.
std::vector<int32_t> origin_words(const origin &from, uint32_t fingerprint);

// The origin, with its substitutions made in the prompt; nothing, and the prompt as it was, where these are no words of
// the kind, or of another model, or more than the limits allow.
std::optional<origin> origin_read(const int32_t *words, uint32_t count, const origin_limits &limits,
                                  std::vector<llama_token> &prompt);

}  // namespace llama_engine
