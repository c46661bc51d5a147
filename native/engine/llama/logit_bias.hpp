// The setting `logit_bias`: what single tokens gain or lose before one is chosen.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "llama.h"

namespace llama_engine {

constexpr double logit_bias_max = 100;  // as OpenAI's interface has it, to both sides
constexpr size_t logit_bias_entries_max = 1024;

class bias_reader {
 public:
  explicit bias_reader(const llama_vocab *vocab) : vocab_(vocab) {
  }

  // Of a JSON object of ids or texts and numbers; null and empty are none. A text means every token that has it. Throws
  // failure, LLMB_E_INVALID_ARGUMENT, with the entry that cannot be and what is allowed.
  std::vector<llama_logit_bias> read(const char *setting);

 private:
  std::vector<llama_token> tokens_of(const std::string &name);
  std::vector<llama_token> tokens_of_text(const std::string &text);

  const llama_vocab *vocab_;
  // All tokens with their texts, in order; made by the first text that is asked for.
  std::optional<std::vector<std::pair<std::string, llama_token>>> texts_;
};

}  // namespace llama_engine
