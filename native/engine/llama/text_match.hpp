// A conversation that is read again: what a model said token by token is often divided otherwise when it comes back as
// text. What the memory holds then stands for the same text, and need not be read again.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "llama.h"

namespace llama_engine {

// Tokens of a prompt that others stand for: `count` of them from `begin` on.
struct substitution {
  uint32_t begin = 0;
  uint32_t count = 0;
  std::vector<llama_token> tokens;
};

// What is known of a vocabulary's tokens.
struct token_texts {
  std::function<bool(llama_token)> is_control;
  // Appends the token's text; false for one that does not tell which text it stands for.
  std::function<bool(llama_token, std::string &)> append;
  // The tokens of a text that is none of a control token.
  std::function<std::vector<llama_token>(const std::string &)> divide;
};

// Where an answer ended early, by its limit or by a stop string, what is held of it is a token short or a few too long.
constexpr size_t overrun_tokens_max = 16;

// What of the prompt can be replaced so that it begins as `held` does for longer: stretches between control tokens,
// with the same text, since no text is divided across a control token. Where the last one ends early, the rest of its
// text is divided anew. In order, and none where that gains nothing.
std::vector<substitution> text_match(const std::vector<llama_token> &prompt, const std::vector<llama_token> &held,
                                     const token_texts &texts);

// The prompt with these in place; false where they are no substitutions of its: out of order, or beyond its end.
bool substitute(std::vector<llama_token> &prompt, const std::vector<substitution> &substitutions);

}  // namespace llama_engine
