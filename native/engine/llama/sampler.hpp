// Chooses the next token from the logits.
#pragma once

#include <memory>
#include <vector>

#include "engine/llama/logit_bias.hpp"
#include "llama.h"
#include <llmbridge/engine.h>

namespace llama_engine {

struct sampling_options {
  double temperature = 0;  // 0: always the likeliest token
  int32_t top_k = 0;       // 0: off
  double top_p = 1;
  double min_p = 0;
  double repeat_penalty = 1, presence_penalty = 0, frequency_penalty = 0;

  bool penalises() const {
    return repeat_penalty != 1 || presence_penalty != 0 || frequency_penalty != 0;
  }
  std::vector<llama_logit_bias> biases;
  uint64_t seed = 0;
};

// Reads a request's call settings; throws failure for a malformed number or an impossible bias.
sampling_options sampling_options_read(const llmb_request *request, bias_reader &biases);

// A number in [0, 1) that depends on seed and position alone.
double draw_of(uint64_t seed, uint32_t position);

class answer_grammar;

// One call's sampler. Draws depend on nothing but the seed and the position, so a call gives the same text whatever
// runs beside it, and a resumed one goes on as it would have.
class sampler {
 public:
  sampler(const llama_vocab *vocab, const sampling_options &options);

  // Lets the penalties see a token of the prompt or of an answer that is continued.
  void accept(llama_token token);

  // Chooses from the logits of all tokens for this position and accepts the choice; throws failure when they hold no
  // number that could be chosen. What a grammar refuses is not chosen; null is none. Where the answer may not end, only
  // a grammar that allows nothing else lets it.
  llama_token choose(const float *logits, uint32_t position, answer_grammar *grammar = nullptr, bool may_end = true);

 private:
  struct chain_deleter {
    void operator()(llama_sampler *chain) const {
      llama_sampler_free(chain);
    }
  };

  llama_token draw(const llama_token_data_array &candidates, uint64_t seed, uint32_t position) const;
  llama_token choose_among_candidates(uint64_t seed, uint32_t position);
  const float *adjusted(const float *logits, bool may_end);
  void take_all(const float *logits);
  bool take_allowed(const float *logits, answer_grammar &grammar);
  bool take_likeliest_allowed(const float *logits, answer_grammar &grammar);

  const llama_vocab *vocab_;
  int32_t vocabulary_size_;
  sampling_options options_;
  std::unique_ptr<llama_sampler, chain_deleter> chain_;  // null: plain greedy
  std::vector<llama_token_data> candidates_;
  std::vector<float> adjusted_;
  std::vector<llama_token> ends_;  // made where they are forbidden first
};

}  // namespace llama_engine
