// The sequences of the KV memory: which are free, and which tokens each holds and how those were computed, so that a
// prompt that begins alike need not be decoded from its beginning. Knows nothing of llama.cpp's memory itself.
//
// Prompts of different scopes share nothing: what is quick to answer tells what others have asked.
//
// What a token's numbers are depends on all tokens before it and on the batches they were decoded in. Whole chunks of
// prompts are the same whoever decoded them, so they can be shared without a trace; the rest of what is held, answers
// included, only by those who want it all.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "engine/llama/provenance.hpp"
#include "engine/llama/text_match.hpp"
#include "llama.h"

namespace llama_engine {

// What a prompt may share with others (the setting prefix_reuse).
enum class prefix_reuse {
  off,     // nothing, and nothing is left of it
  chunks,  // whole chunks of prompts: the text does not depend on it
  full     // whatever is held, to the token
};

// A sequence, and how many of a prompt's first tokens lie in it.
struct prompt_prefix {
  llama_seq_id sequence = -1;
  uint32_t tokens = 0;
};

// Whose prompt it is, and what it may share.
struct prompt_sharing {
  std::string scope;
  prefix_reuse reuse = prefix_reuse::chunks;
};

class sequence_pool {
 public:
  explicit sequence_pool(uint32_t count);

  // A free sequence for a call with this prompt; only the prefix of it is held from here on. Throws failure when none
  // is free.
  prompt_prefix take(const std::vector<llama_token> &prompt, const prompt_sharing &sharing);

  // The sequence, of a call or free, that holds the longest prefix of the prompt, where that is longer than `than`.
  std::optional<prompt_prefix> longest(const std::vector<llama_token> &prompt, const prompt_sharing &sharing,
                                       uint32_t than) const;

  // Makes the prompt begin as the sequence does, of a call or free, that holds most of it by its text; says how.
  std::vector<substitution> match_text(std::vector<llama_token> &prompt, const prompt_sharing &sharing,
                                       const token_texts &texts) const;

  // So many tokens more were decoded for the sequence, in one batch.
  void add(llama_seq_id sequence, const llama_token *tokens, uint32_t count);
  // The answer's last token, which was said and not decoded.
  void said(llama_seq_id sequence, llama_token token);
  // The sequence holds what the other one does.
  void copy(llama_seq_id from, llama_seq_id to);
  // It holds the first tokens only.
  void cut(llama_seq_id sequence, uint32_t count);

  uint32_t held(llama_seq_id sequence) const;
  const provenance &computed(llama_seq_id sequence) const;
  void give_back(llama_seq_id sequence);

 private:
  struct entry {
    std::vector<llama_token> tokens;
    llama_token said = LLAMA_TOKEN_NULL;  // behind them
    provenance computed;
    std::string scope;
    bool used = false;
    uint64_t last_use = 0;
  };

  static uint32_t shared(const entry &one, const std::vector<llama_token> &prompt, const prompt_sharing &sharing);
  size_t choose(const std::vector<llama_token> &prompt, const prompt_sharing &sharing) const;

  std::vector<entry> entries_;
  uint64_t uses_ = 0;
};

}  // namespace llama_engine
