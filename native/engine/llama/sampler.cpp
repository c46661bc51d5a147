#include "engine/llama/sampler.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "engine/llama/answer_grammar.hpp"
#include "engine/llama/engine_options.hpp"
#include "engine/llama/failure.hpp"
#include "engine/llama/likeliest.hpp"

namespace llama_engine {
namespace {

constexpr float impossible = -std::numeric_limits<float>::infinity();

[[noreturn]] void refuse_logits() {
  throw failure(LLMB_E_ENGINE_ERROR, LLMB_PHASE_GENERATE, "the model computed no usable number for the next token");
}

llama_token require_token(llama_token token) {
  if (token == LLAMA_TOKEN_NULL) refuse_logits();
  return token;
}

void add(llama_sampler *chain, llama_sampler *member) {
  if (member == nullptr) throw std::bad_alloc();
  llama_sampler_chain_add(chain, member);
}

}  // namespace

// The finaliser of splitmix64 over both.
double draw_of(uint64_t seed, uint32_t position) {
  uint64_t x = seed + 0x9e3779b97f4a7c15ULL * (static_cast<uint64_t>(position) + 1);
  for (int round = 0; round < 2; round++) {  // twice: neighbouring seeds and positions must not look alike
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9ULL;
    x = (x ^ (x >> 27)) * 0x94d049bb133111ebULL;
    x ^= x >> 31;
  }
  return static_cast<double>(x >> 11) * 0x1.0p-53;
}

sampling_options sampling_options_read(const llmb_request *request, bias_reader &biases) {
  auto number = [&](const char *name, double fallback) {
    return number_read(name, llmb_request_setting(request, name), fallback);
  };
  sampling_options options;
  options.temperature = number("temperature", options.temperature);
  options.top_k = static_cast<int32_t>(number("top_k", options.top_k));
  options.top_p = number("top_p", options.top_p);
  options.min_p = number("min_p", options.min_p);
  options.repeat_penalty = number("repeat_penalty", options.repeat_penalty);
  options.presence_penalty = number("presence_penalty", options.presence_penalty);
  options.frequency_penalty = number("frequency_penalty", options.frequency_penalty);
  options.biases = biases.read(llmb_request_setting(request, "logit_bias"));
  options.seed = static_cast<uint64_t>(static_cast<int64_t>(number("seed", 0)));
  return options;
}

sampler::sampler(const llama_vocab *vocab, const sampling_options &options)
    : vocab_(vocab), vocabulary_size_(llama_vocab_n_tokens(vocab)), options_(options) {
  if (options.temperature <= 0 && !options.penalises()) return;
  chain_.reset(llama_sampler_chain_init(llama_sampler_chain_default_params()));
  if (chain_ == nullptr) throw std::bad_alloc();
  if (options.penalises()) {
    add(chain_.get(), llama_sampler_init_penalties(
                          vocabulary_size_, penalty_window_tokens, static_cast<float>(options.repeat_penalty),
                          static_cast<float>(options.frequency_penalty), static_cast<float>(options.presence_penalty)));
  }
  if (options.temperature <= 0) return;
  if (options.top_k > 0) add(chain_.get(), llama_sampler_init_top_k(options.top_k));
  if (options.top_p < 1) add(chain_.get(), llama_sampler_init_top_p(static_cast<float>(options.top_p), 1));
  if (options.min_p > 0) add(chain_.get(), llama_sampler_init_min_p(static_cast<float>(options.min_p), 1));
  add(chain_.get(), llama_sampler_init_temp(static_cast<float>(options.temperature)));
}

void sampler::accept(llama_token token) {
  if (chain_ != nullptr) llama_sampler_accept(chain_.get(), token);
}

llama_token sampler::draw(const llama_token_data_array &candidates, uint64_t seed, uint32_t position) const {
  double largest = -std::numeric_limits<double>::infinity(), sum = 0;
  for (size_t i = 0; i < candidates.size; i++) largest = std::fmax(largest, candidates.data[i].logit);
  auto weight = [&](size_t i) { return std::exp(candidates.data[i].logit - largest); };
  for (size_t i = 0; i < candidates.size; i++) sum += weight(i);
  if (!std::isfinite(largest) || !std::isfinite(sum)) refuse_logits();
  double left = draw_of(seed, position) * sum;
  for (size_t i = 0; i < candidates.size; i++) {
    left -= weight(i);
    if (left < 0) return candidates.data[i].id;
  }
  return candidates.data[candidates.size - 1].id;  // rounding only
}

llama_token sampler::choose_among_candidates(uint64_t seed, uint32_t position) {
  llama_token_data_array candidates = {candidates_.data(), candidates_.size(), -1, false};
  if (chain_ != nullptr) llama_sampler_apply(chain_.get(), &candidates);
  if (options_.temperature > 0) return draw(candidates, seed, position);
  size_t best = 0;
  for (size_t i = 1; i < candidates.size; i++) {
    bool is_better = candidates.data[i].logit > candidates.data[best].logit || std::isnan(candidates.data[best].logit);
    if (is_better) best = i;
  }
  if (!std::isfinite(candidates.data[best].logit)) refuse_logits();
  return candidates.data[best].id;
}

void sampler::take_all(const float *logits) {
  candidates_.resize(static_cast<size_t>(vocabulary_size_));
  for (llama_token token = 0; token < vocabulary_size_; token++) {
    candidates_[static_cast<size_t>(token)] = {token, logits[token], 0};
  }
}

// Where only the likeliest ones matter, they are tried one after the other; mostly the first are as good as any, and to
// look at the whole vocabulary costs milliseconds. False if too few of those that were tried are allowed.
bool sampler::take_likeliest_allowed(const float *logits, answer_grammar &grammar) {
  constexpr size_t tries_max = 512;
  const size_t wanted = options_.temperature > 0 ? static_cast<size_t>(std::max(options_.top_k, 0)) : 1;
  if (options_.penalises() || wanted == 0 || wanted > tries_max) return false;
  take_all(logits);
  auto is_less_likely = [](const llama_token_data &a, const llama_token_data &b) {
    return a.logit != b.logit ? a.logit < b.logit : a.id > b.id;
  };
  for (llama_token_data &candidate : candidates_) {
    if (std::isnan(candidate.logit)) candidate.logit = impossible;
  }
  std::make_heap(candidates_.begin(), candidates_.end(), is_less_likely);
  std::vector<llama_token_data> found;
  auto end = candidates_.end();
  for (size_t tries = 0; tries < tries_max && found.size() < wanted && end != candidates_.begin(); tries++) {
    std::pop_heap(candidates_.begin(), end, is_less_likely);
    --end;
    if (end->logit == impossible) break;
    if (grammar.allows(end->id)) found.push_back(*end);
  }
  if (found.size() < wanted) return false;
  candidates_ = std::move(found);
  return true;
}

// False if no token is left that could be chosen.
bool sampler::take_allowed(const float *logits, answer_grammar &grammar) {
  if (take_likeliest_allowed(logits, grammar)) return true;
  candidates_.clear();
  for (llama_token token : grammar.allowed()) candidates_.push_back({token, logits[token], 0});
  return std::any_of(candidates_.begin(), candidates_.end(),
                     [](const llama_token_data &candidate) { return candidate.logit > impossible; });
}

// What comes before everything else that chooses, a grammar included.
const float *sampler::adjusted(const float *logits, bool may_end) {
  if (options_.biases.empty() && may_end) return logits;
  adjusted_.assign(logits, logits + vocabulary_size_);
  for (const llama_logit_bias &bias : options_.biases) adjusted_[static_cast<size_t>(bias.token)] += bias.bias;
  if (may_end) return adjusted_.data();
  for (llama_token token = 0; ends_.empty() && token < vocabulary_size_; token++) {
    if (llama_vocab_is_eog(vocab_, token)) ends_.push_back(token);
  }
  for (llama_token token : ends_) adjusted_[static_cast<size_t>(token)] = impossible;
  return adjusted_.data();
}

// Most of what is chosen a grammar allows, and to look at one token costs next to nothing. Only if that is refused are
// all others looked at. The second draw has a key of its own: with the first one's number, which led to what is
// refused, it would not be as likely as it should be to lead anywhere.
llama_token sampler::choose(const float *computed, uint32_t position, answer_grammar *grammar, bool may_end) {
  const float *logits = adjusted(computed, may_end);
  llama_token chosen = LLAMA_TOKEN_NULL;
  if (chain_ == nullptr) {
    chosen = require_token(likeliest(logits, vocabulary_size_));
  } else {
    take_all(logits);
    chosen = choose_among_candidates(options_.seed, position);
  }
  if (grammar != nullptr && !grammar->allows(chosen)) {
    if (!take_allowed(logits, *grammar) && !may_end) take_allowed(adjusted(computed, true), *grammar);
    chosen = choose_among_candidates(~options_.seed, position);
  }
  accept(chosen);
  return chosen;
}

}  // namespace llama_engine
