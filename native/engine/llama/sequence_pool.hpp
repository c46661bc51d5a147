// The sequences of the KV memory: which are free, and which whole chunks of which prompt each still holds, so that a
// prompt that begins alike need not be decoded from its beginning. Knows nothing of llama.cpp's memory itself.
//
// Prompts of different scopes share nothing: what is quick to answer tells what others have asked.
//
// What a token's numbers are depends on all tokens before it and on the chunks they were decoded in, so only whole
// chunks of prompts count; what was generated token by token never does.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "llama.h"

namespace llama_engine {

// A sequence, and how many of a prompt's first tokens lie in it.
struct prompt_prefix {
  llama_seq_id sequence = -1;
  uint32_t tokens = 0;
};

class sequence_pool {
 public:
  explicit sequence_pool(uint32_t count);

  // A free sequence for a call with this prompt; only the prefix of it is held from here on. Throws failure when none
  // is free.
  prompt_prefix take(const std::vector<llama_token> &prompt, const std::string &scope);

  // The sequence, of a call or free, that holds the longest prefix of the prompt, where that is longer than `than`.
  std::optional<prompt_prefix> longest(const std::vector<llama_token> &prompt, const std::string &scope,
                                       uint32_t than) const;

  // So many of the prompt's tokens are in the sequence now; whole chunks of them are held.
  void holds(llama_seq_id sequence, uint32_t tokens);

  uint32_t held(llama_seq_id sequence) const;
  void give_back(llama_seq_id sequence);

 private:
  struct entry {
    std::vector<llama_token> prompt;
    std::string scope;
    uint32_t held = 0;
    bool used = false;
    uint64_t last_use = 0;
  };

  static uint32_t shared(const entry &one, const std::vector<llama_token> &prompt, const std::string &scope);
  size_t choose(const std::vector<llama_token> &prompt, const std::string &scope) const;

  std::vector<entry> entries_;
  uint64_t uses_ = 0;
};

}  // namespace llama_engine
