#include "engine/llama/logit_bias.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>

#include "engine/llama/failure.hpp"
#include "engine/llama/json_text.hpp"
#include "engine/llama/model.hpp"

namespace llama_engine {
namespace {

constexpr size_t name_shown_bytes = 80;

[[noreturn]] void refuse(const std::string &message) {
  throw failure(LLMB_E_INVALID_ARGUMENT, LLMB_PHASE_CONFIGURE, "logit_bias: " + message);
}

[[noreturn]] void refuse_entry(const std::string &name, const std::string &message) {
  refuse(json_quote(name.substr(0, name_shown_bytes)) + (name.size() > name_shown_bytes ? "... " : " ") + message);
}

double number_of(const json_entry &entry) {
  double value = NAN;
  const char *end = entry.value.data() + entry.value.size();
  auto [stop, error] = std::from_chars(entry.value.data(), end, value);
  if (error != std::errc() || stop != end || !(std::abs(value) <= logit_bias_max)) {
    refuse_entry(entry.name, "has the value " + std::string(entry.value.substr(0, name_shown_bytes)) +
                                 ", allowed is a number from -100 to 100");
  }
  return value;
}

bool is_id(std::string_view name) {
  return !name.empty() && name.find_first_not_of("0123456789") == std::string_view::npos;
}

}  // namespace

std::vector<llama_token> bias_reader::tokens_of_text(const std::string &text) {
  if (!texts_) {
    texts_.emplace();
    for (llama_token token = 0; token < llama_vocab_n_tokens(vocab_); token++) {
      std::string its;
      token_append_text(vocab_, token, its, true);
      if (!its.empty()) texts_->emplace_back(std::move(its), token);
    }
    std::sort(texts_->begin(), texts_->end());
  }
  std::vector<llama_token> tokens;
  auto at = std::lower_bound(texts_->begin(), texts_->end(), std::pair<std::string, llama_token>(text, 0));
  for (; at != texts_->end() && at->first == text; ++at) tokens.push_back(at->second);
  return tokens;
}

std::vector<llama_token> bias_reader::tokens_of(const std::string &name) {
  if (is_id(name)) {
    llama_token token = 0;
    auto [stop, error] = std::from_chars(name.data(), name.data() + name.size(), token);
    if (error == std::errc() && token < llama_vocab_n_tokens(vocab_)) return {token};
    refuse_entry(name,
                 "is no token of this model, allowed are 0 to " + std::to_string(llama_vocab_n_tokens(vocab_) - 1));
  }
  std::vector<llama_token> tokens = tokens_of_text(name);
  if (tokens.empty()) {
    refuse_entry(name,
                 "is not the text of one token of this model, allowed are texts of one token, blanks included, "
                 "and ids");
  }
  return tokens;
}

std::vector<llama_logit_bias> bias_reader::read(const char *setting) {
  std::vector<llama_logit_bias> biases;
  if (setting == nullptr || *setting == '\0') return biases;
  std::vector<json_entry> entries;
  if (!json_read_entries(setting, entries)) {
    refuse("allowed is a JSON object of token ids or texts and numbers, like {\"15\": -100, \" the\": 2.5}");
  }
  if (entries.size() > logit_bias_entries_max) {
    refuse(std::to_string(entries.size()) + " entries, allowed are " + std::to_string(logit_bias_entries_max));
  }
  std::vector<bool> is_named(static_cast<size_t>(llama_vocab_n_tokens(vocab_)));
  for (const json_entry &entry : entries) {
    float bias = static_cast<float>(number_of(entry));
    for (llama_token token : tokens_of(entry.name)) {
      if (is_named[static_cast<size_t>(token)]) {
        refuse_entry(entry.name, "names token " + std::to_string(token) + " a second time");
      }
      is_named[static_cast<size_t>(token)] = true;
      biases.push_back({token, bias});
    }
  }
  return biases;
}

}  // namespace llama_engine
