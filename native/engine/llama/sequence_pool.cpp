#include "engine/llama/sequence_pool.hpp"

#include <algorithm>

#include "engine/llama/failure.hpp"
#include "engine/llama/prompt_chunks.hpp"

namespace llama_engine {

sequence_pool::sequence_pool(uint32_t count) : entries_(count) {
}

// Tokens of the prompt that need not be decoded where these are held. One always must be, for its logits.
uint32_t sequence_pool::shared(const entry &one, const std::vector<llama_token> &prompt,
                               const prompt_sharing &sharing) {
  if (sharing.reuse == prefix_reuse::off || one.scope != sharing.scope) return 0;
  bool is_full = sharing.reuse == prefix_reuse::full;
  size_t held = is_full ? one.tokens.size() : one.computed.whole_chunks();
  size_t limit = std::min(held, prompt.empty() ? 0 : prompt.size() - 1);
  auto end = prompt.begin() + static_cast<ptrdiff_t>(limit);
  auto differs = std::mismatch(prompt.begin(), end, one.tokens.begin()).first;
  uint32_t same = static_cast<uint32_t>(differs - prompt.begin());
  return is_full ? same : prompt_whole_chunks(same);
}

// The longest shared prefix, unless it is the smaller part of what would be forgotten for it: many conversations may
// begin with one system prompt. Else what was not used for the longest time; first of all what holds less than a chunk,
// and of those the lowest, since llama.cpp computes neighbouring sequences together and runs of them apart.
size_t sequence_pool::choose(const std::vector<llama_token> &prompt, const prompt_sharing &sharing) const {
  size_t best = entries_.size();
  uint32_t best_shared = 0;
  for (size_t i = 0; i < entries_.size(); i++) {
    const entry &one = entries_[i];
    if (one.used) continue;
    uint32_t shared = sequence_pool::shared(one, prompt, sharing);
    if (shared < one.computed.size() - shared) shared = 0;
    bool is_better = best == entries_.size() || shared > best_shared ||
                     (shared == best_shared && one.last_use < entries_[best].last_use);
    if (!is_better) continue;
    best = i;
    best_shared = shared;
  }
  if (best == entries_.size()) throw failure(LLMB_E_OVERLOADED, LLMB_PHASE_QUEUE, "more calls than slots");
  return best;
}

prompt_prefix sequence_pool::take(const std::vector<llama_token> &prompt, const prompt_sharing &sharing) {
  size_t chosen = choose(prompt, sharing);
  entry &one = entries_[chosen];
  llama_seq_id sequence = static_cast<llama_seq_id>(chosen);
  cut(sequence, shared(one, prompt, sharing));
  one.scope = sharing.scope;
  one.used = true;
  return {sequence, held(sequence)};
}

std::optional<prompt_prefix> sequence_pool::longest(const std::vector<llama_token> &prompt,
                                                    const prompt_sharing &sharing, uint32_t than) const {
  std::optional<prompt_prefix> best;
  for (size_t i = 0; i < entries_.size(); i++) {
    uint32_t shared = sequence_pool::shared(entries_[i], prompt, sharing);
    if (shared > (best ? best->tokens : than)) best = prompt_prefix{static_cast<llama_seq_id>(i), shared};
  }
  return best;
}

std::vector<substitution> sequence_pool::match_text(std::vector<llama_token> &prompt, const prompt_sharing &sharing,
                                                    const token_texts &texts) const {
  std::vector<substitution> best;
  if (sharing.reuse != prefix_reuse::full) return best;
  std::vector<llama_token> replaced = prompt;
  auto nearest = longest(prompt, sharing, 0);
  uint32_t best_shared = nearest ? nearest->tokens : 0;
  for (const entry &one : entries_) {
    if (one.scope != sharing.scope || one.tokens.empty()) continue;
    std::vector<llama_token> tried = prompt, held = one.tokens;
    if (one.said != LLAMA_TOKEN_NULL) held.push_back(one.said);
    std::vector<substitution> found = text_match(prompt, held, texts);
    if (found.empty() || !substitute(tried, found)) continue;
    uint32_t shared = sequence_pool::shared(one, tried, sharing);
    if (shared <= best_shared) continue;
    best_shared = shared;
    best = std::move(found);
    replaced = std::move(tried);
  }
  prompt = std::move(replaced);
  return best;
}

void sequence_pool::add(llama_seq_id sequence, const llama_token *tokens, uint32_t count) {
  entry &one = entries_[static_cast<size_t>(sequence)];
  one.tokens.insert(one.tokens.end(), tokens, tokens + count);
  one.said = LLAMA_TOKEN_NULL;
  one.computed.add(count);
}

void sequence_pool::said(llama_seq_id sequence, llama_token token) {
  entries_[static_cast<size_t>(sequence)].said = token;
}

void sequence_pool::copy(llama_seq_id from, llama_seq_id to) {
  const entry &source = entries_[static_cast<size_t>(from)];
  entry &target = entries_[static_cast<size_t>(to)];
  target.tokens = source.tokens;
  target.said = source.said;
  target.computed = source.computed;
}

void sequence_pool::cut(llama_seq_id sequence, uint32_t count) {
  entry &one = entries_[static_cast<size_t>(sequence)];
  if (count < one.computed.size()) one.said = LLAMA_TOKEN_NULL;
  one.computed.cut(one.tokens, count);
  one.tokens.resize(one.computed.size());
}

uint32_t sequence_pool::held(llama_seq_id sequence) const {
  return entries_[static_cast<size_t>(sequence)].computed.size();
}

const provenance &sequence_pool::computed(llama_seq_id sequence) const {
  return entries_[static_cast<size_t>(sequence)].computed;
}

void sequence_pool::give_back(llama_seq_id sequence) {
  entry &one = entries_[static_cast<size_t>(sequence)];
  one.used = false;
  one.tokens.shrink_to_fit();
  one.last_use = one.tokens.size() >= prompt_first_chunk_tokens ? ++uses_ : 0;
}

}  // namespace llama_engine
