#include "engine/llama/sequence_pool.hpp"

#include <algorithm>

#include "engine/llama/failure.hpp"
#include "engine/llama/prompt_chunks.hpp"

namespace llama_engine {
namespace {

// Tokens of the prompt that need not be decoded where these are held. One always must be, for its logits.
uint32_t shared_chunks(const std::vector<llama_token> &prompt, const std::vector<llama_token> &other, uint32_t held) {
  size_t limit = std::min<size_t>(held, prompt.empty() ? 0 : prompt.size() - 1);
  auto end = prompt.begin() + static_cast<ptrdiff_t>(limit);
  auto differs = std::mismatch(prompt.begin(), end, other.begin()).first;
  return prompt_whole_chunks(static_cast<uint32_t>(differs - prompt.begin()));
}

}  // namespace

sequence_pool::sequence_pool(uint32_t count) : entries_(count) {
}

uint32_t sequence_pool::shared(const entry &one, const std::vector<llama_token> &prompt, const std::string &scope) {
  return one.scope == scope ? shared_chunks(prompt, one.prompt, one.held) : 0;
}

// The longest shared prefix, unless it is the smaller part of what would be forgotten for it: many conversations may
// begin with one system prompt. Else what was not used for the longest time; first of all what holds nothing, and of
// those the lowest, since llama.cpp computes neighbouring sequences together and runs of them apart.
size_t sequence_pool::choose(const std::vector<llama_token> &prompt, const std::string &scope) const {
  size_t best = entries_.size();
  uint32_t best_shared = 0;
  for (size_t i = 0; i < entries_.size(); i++) {
    const entry &one = entries_[i];
    if (one.used) continue;
    uint32_t shared = sequence_pool::shared(one, prompt, scope);
    if (shared < one.held - shared) shared = 0;
    bool is_better = best == entries_.size() || shared > best_shared ||
                     (shared == best_shared && one.last_use < entries_[best].last_use);
    if (!is_better) continue;
    best = i;
    best_shared = shared;
  }
  if (best == entries_.size()) throw failure(LLMB_E_OVERLOADED, LLMB_PHASE_QUEUE, "more calls than slots");
  return best;
}

prompt_prefix sequence_pool::take(const std::vector<llama_token> &prompt, const std::string &scope) {
  size_t chosen = choose(prompt, scope);
  entry &one = entries_[chosen];
  one.held = shared(one, prompt, scope);
  one.scope = scope;
  one.prompt = prompt;
  one.used = true;
  return {static_cast<llama_seq_id>(chosen), one.held};
}

std::optional<prompt_prefix> sequence_pool::longest(const std::vector<llama_token> &prompt, const std::string &scope,
                                                    uint32_t than) const {
  std::optional<prompt_prefix> best;
  for (size_t i = 0; i < entries_.size(); i++) {
    uint32_t shared = sequence_pool::shared(entries_[i], prompt, scope);
    if (shared > (best ? best->tokens : than)) best = prompt_prefix{static_cast<llama_seq_id>(i), shared};
  }
  return best;
}

void sequence_pool::holds(llama_seq_id sequence, uint32_t tokens) {
  entry &one = entries_[static_cast<size_t>(sequence)];
  one.held = prompt_whole_chunks(std::min<uint32_t>(tokens, static_cast<uint32_t>(one.prompt.size())));
}

uint32_t sequence_pool::held(llama_seq_id sequence) const {
  return entries_[static_cast<size_t>(sequence)].held;
}

void sequence_pool::give_back(llama_seq_id sequence) {
  entry &one = entries_[static_cast<size_t>(sequence)];
  one.used = false;
  one.prompt.resize(one.held);
  one.prompt.shrink_to_fit();
  one.last_use = one.held > 0 ? ++uses_ : 0;
}

}  // namespace llama_engine
