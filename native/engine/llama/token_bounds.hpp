// What the bytes of a text alone tell of its tokens.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "llama.h"

namespace llama_engine {

class token_bounds {
 public:
  explicit token_bounds(const llama_vocab *vocab);

  // The text has at least so many tokens. 0 for tokenizers that drop or merge characters: there a long text may have
  // few tokens.
  uint64_t tokens_least(std::string_view text) const;

 private:
  std::array<double, 256> share_ = {};  // by byte: what such a byte takes of a token, at least
};

// The size of the longest part of a text in which a pre-tokenizer may see no break.
uint64_t unbroken_size(std::string_view text);

}  // namespace llama_engine
