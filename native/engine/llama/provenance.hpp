// How the tokens of one sequence were computed: in which batches, one after the other. The numbers of a token depend on
// the shape of its batch, so who computes the same tokens in the same shapes gets the same numbers, to the last bit.
#pragma once

#include <cstdint>
#include <vector>

#include "llama.h"

namespace llama_engine {

// Tokens that lie side by side and were computed alike: in one batch, or each in a batch of its own.
struct token_range {
  uint32_t count = 0;                // tokens that are held
  bool singly = false;               // each was a batch of its own
  std::vector<llama_token> dropped;  // of one batch: what stood behind the held ones, and was forgotten afterwards

  uint32_t batch() const {
    return singly ? 1 : count + static_cast<uint32_t>(dropped.size());
  }
};

class provenance {
 public:
  // So many more tokens were computed, in one batch.
  void add(uint32_t count);

  // Forgets all but the first `count` of these tokens, which are those that the sequence holds.
  void cut(const std::vector<llama_token> &tokens, uint32_t count);

  uint32_t size() const {
    return size_;
  }

  // How many of the first tokens lie in chunks that are cut as those of every prompt (prompt_chunks.hpp).
  uint32_t whole_chunks() const;

  const std::vector<token_range> &ranges() const {
    return ranges_;
  }

 private:
  std::vector<token_range> ranges_;
  uint32_t size_ = 0;
};

}  // namespace llama_engine
