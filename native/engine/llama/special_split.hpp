// Where a prompt's control tokens and those that a vocabulary's makers added stand: what llama.cpp does inside
// llama_tokenize, to be had between its parts.
#pragma once

#include <string_view>
#include <vector>

#include "llama.h"

namespace llama_engine {

struct prompt_part {
  std::string_view text;  // where the token is LLAMA_TOKEN_NULL
  llama_token token = LLAMA_TOKEN_NULL;
};

// The parts refer to the prompt's characters.
std::vector<prompt_part> special_split(const llama_vocab *vocab, std::string_view prompt);

}  // namespace llama_engine
