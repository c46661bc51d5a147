// A small model with a real vocabulary and, where given, a real chat template; its weights are random, the same each
// time.
#pragma once

#include <filesystem>
#include <string>

namespace composed {

// Writes the model: the tokenizer of the file `vocabulary`, and `chat_template` where it is not empty. It never says
// control tokens, nor tokens that are parts of characters, so what it says is valid UTF-8. Throws std::runtime_error.
void write(const std::filesystem::path &vocabulary, const std::string &chat_template, const std::filesystem::path &out);

}  // namespace composed
