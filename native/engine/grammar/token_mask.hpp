// Which tokens of a whole vocabulary may come next.
#pragma once

#include <cstdint>
#include <functional>
#include <unordered_map>
#include <vector>

#include "engine/grammar/grammar_state.hpp"
#include "engine/grammar/token_texts.hpp"

namespace grammars {

// One bit for each token.
using token_bits = std::vector<uint64_t>;

inline bool has_token(const token_bits &bits, uint32_t token) {
  return (bits[token / 64] >> token % 64 & 1) != 0;
}

// Keeps the last masks of one grammar.
class token_masks {
 public:
  // `watch` is called now and then, and may throw. Throws grammar_too_large. Valid until the next one is asked for.
  const token_bits &of(const grammar_state &text, const token_texts &tokens, const std::function<void()> &watch);

 private:
  std::unordered_map<uint32_t, token_bits> kept_;  // by the number of a row
  uint64_t generation_ = 0;
};

}  // namespace grammars
