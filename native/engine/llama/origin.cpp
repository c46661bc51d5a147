#include "engine/llama/origin.hpp"

#include <algorithm>

namespace llama_engine {
namespace {

constexpr size_t words_max = 8192;  // what llmb_request_write_origin takes

// Numbers out of words, each below a limit; once one is not there, none is.
class word_reader {
 public:
  word_reader(const int32_t *words, uint32_t count) : words_(words), left_(count) {
  }

  uint32_t number(uint32_t limit) {
    if (left_ == 0 || static_cast<uint32_t>(*words_) > limit) {
      is_good_ = false;
      left_ = 0;
      return 0;
    }
    left_--;
    return static_cast<uint32_t>(*words_++);
  }

  std::vector<llama_token> tokens(uint32_t count, int32_t vocabulary) {
    std::vector<llama_token> tokens;
    for (uint32_t i = 0; i < count && is_good_; i++) {
      tokens.push_back(static_cast<llama_token>(number(static_cast<uint32_t>(vocabulary) - 1)));
    }
    return tokens;
  }

  bool is_at_end() const {
    return is_good_ && left_ == 0;
  }
  bool is_good() const {
    return is_good_;
  }

 private:
  const int32_t *words_;
  uint32_t left_;
  bool is_good_ = true;
};

void append(std::vector<int32_t> &words, const std::vector<llama_token> &tokens) {
  words.insert(words.end(), tokens.begin(), tokens.end());
}

std::optional<token_range> range_read(word_reader &reader, const origin_limits &limits) {
  token_range range;
  range.count = reader.number(limits.context);
  uint32_t batch = reader.number(limits.batch);
  range.singly = batch == 1;
  bool is_range = range.count > 0 && batch > 0 && (range.singly || range.count <= batch);
  if (!reader.is_good() || !is_range) return std::nullopt;
  if (!range.singly) range.dropped = reader.tokens(batch - range.count, limits.vocabulary);
  return range;
}

// Whether the ranges are of the prompt's first tokens, and end before its last one; no batch reaches past the context.
bool ranges_fit(const std::vector<token_range> &ranges, size_t prompt, uint32_t context) {
  uint64_t end = 0;
  for (const token_range &range : ranges) {
    if (end + range.count + range.dropped.size() > context) return false;
    end += range.count;
  }
  return end < prompt && prompt <= context;
}

}  // namespace

uint32_t model_fingerprint(const llama_model *model) {
  uint64_t digest = llama_model_size(model) * 0x9E3779B97F4A7C15U ^ llama_model_n_params(model);
  const llama_vocab *vocab = llama_model_get_vocab(model);
  digest = digest * 0x9E3779B97F4A7C15U ^ static_cast<uint64_t>(llama_vocab_n_tokens(vocab));
  return static_cast<uint32_t>(digest >> 33);  // positive as a word
}

std::vector<int32_t> origin_words(const origin &from, uint32_t fingerprint) {
  std::vector<int32_t> words = {static_cast<int32_t>(fingerprint), static_cast<int32_t>(from.substitutions.size())};
  for (const substitution &one : from.substitutions) {
    words.push_back(static_cast<int32_t>(one.begin));
    words.push_back(static_cast<int32_t>(one.count));
    words.push_back(static_cast<int32_t>(one.tokens.size()));
    append(words, one.tokens);
  }
  words.push_back(static_cast<int32_t>(from.ranges.size()));
  for (const token_range &range : from.ranges) {
    words.push_back(static_cast<int32_t>(range.count));
    words.push_back(static_cast<int32_t>(range.batch()));
    append(words, range.dropped);
  }
  if (words.size() > words_max) words.assign(1, static_cast<int32_t>(fingerprint));
  return words;
}

std::optional<origin> origin_read(const int32_t *words, uint32_t count, const origin_limits &limits,
                                  std::vector<llama_token> &prompt) {
  word_reader reader(words, count);
  origin read;
  if (reader.number(INT32_MAX) != limits.fingerprint) return std::nullopt;
  uint32_t substitutions = reader.number(limits.context);
  for (uint32_t i = 0; i < substitutions && reader.is_good(); i++) {
    substitution one;
    one.begin = reader.number(limits.context);
    one.count = reader.number(limits.context);
    one.tokens = reader.tokens(reader.number(limits.context), limits.vocabulary);
    read.substitutions.push_back(std::move(one));
  }
  uint32_t ranges = reader.number(limits.context);
  for (uint32_t i = 0; i < ranges; i++) {
    auto range = range_read(reader, limits);
    if (!range) return std::nullopt;
    read.ranges.push_back(std::move(*range));
  }
  std::vector<llama_token> substituted = prompt;
  if (!reader.is_at_end() || !substitute(substituted, read.substitutions)) return std::nullopt;
  if (!ranges_fit(read.ranges, substituted.size(), limits.context)) return std::nullopt;
  prompt = std::move(substituted);
  return read;
}

}  // namespace llama_engine
