#include "engine/llama/token_list.hpp"

#include <charconv>

#include "engine/llama/failure.hpp"

namespace llama_engine {

std::string tokens_json(const std::vector<llama_token> &tokens) {
  std::string json = "[";
  for (llama_token token : tokens) {
    if (json.size() > 1) json += ",";
    json += std::to_string(token);
  }
  return json + "]";
}

// The host has written it, without blanks.
std::vector<llama_token> tokens_read(std::string_view json, int32_t vocabulary_size) {
  auto refuse = [&](const std::string &what) {
    throw failure(LLMB_E_INVALID_ARGUMENT, LLMB_PHASE_CONFIGURE,
                  "tokens: " + what + ", allowed are 0 to " + std::to_string(vocabulary_size - 1));
  };
  std::vector<llama_token> tokens;
  if (json.size() < 2 || json.front() != '[' || json.back() != ']') refuse("no array of numbers");
  const char *at = json.data() + 1, *end = json.data() + json.size() - 1;
  while (at < end) {
    int64_t token = 0;
    auto [stop, error] = std::from_chars(at, end, token);
    if (error != std::errc() || (stop < end && *stop != ',') || stop + 1 == end) refuse("no array of numbers");
    if (token < 0 || token >= vocabulary_size) {
      refuse("number " + std::to_string(tokens.size()) + " is " + std::to_string(token));
    }
    tokens.push_back(static_cast<llama_token>(token));
    at = stop < end ? stop + 1 : end;
  }
  return tokens;
}

}  // namespace llama_engine
