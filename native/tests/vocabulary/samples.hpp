// How much is tested, and what tokens llama.cpp's test vocabularies should give.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace samples {

// Whether all are wanted (LLMB_LONG), or some that stand for the rest.
bool all_wanted();

struct expected_tokens {
  std::string text;
  std::vector<int> tokens;  // with parsing of control tokens, without those that begin and end a text
};

// The texts of a vocabulary with the tokens that its authors' own tokenizer gives; none where there is no list.
std::vector<expected_tokens> expectations(const std::filesystem::path &vocabulary);

}  // namespace samples
