// Tokens as the JSON array of numbers that hosts send and get.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "llama.h"

namespace llama_engine {

std::string tokens_json(const std::vector<llama_token> &tokens);

// Throws failure, LLMB_E_INVALID_ARGUMENT, for what is no array of tokens of a vocabulary of this size.
std::vector<llama_token> tokens_read(std::string_view json, int32_t vocabulary_size);

}  // namespace llama_engine
