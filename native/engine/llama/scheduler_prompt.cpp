// The scheduler's part for prompts: chunk by chunk, each prompt alone, less what the KV memory already holds of it.
#include <algorithm>

#include "engine/llama/prompt_chunks.hpp"
#include "engine/llama/scheduler.hpp"

namespace llama_engine {

// An answer that is divided otherwise when it is read again is taken as it was said. Nobody's prompt gets too long by
// it.
void scheduler::match_text(call_slot &call) {
  std::vector<llama_token> prompt = call.prompt;
  call.substitutions = sequences_.match_text(prompt, call.sharing, divider_.texts());
  if (prompt.size() > context_) {
    call.substitutions.clear();
  } else {
    call.prompt = std::move(prompt);
  }
}

// A call that another engine had begun is computed as it was there, from the beginning.
void scheduler::read_origin(call_slot &call) {
  uint32_t count = 0;
  const int32_t *words = llmb_request_origin(call.request, &count);
  if (words == nullptr) {
    match_text(call);
    return;
  }
  origin_limits limits = {model_fingerprint(model_), llama_vocab_n_tokens(vocab_), context_, prompt_chunk_tokens};
  auto read = origin_read(words, count, limits, call.prompt);
  call.origin_lost = !read;
  if (!read) return;
  call.continues = true;
  call.substitutions = std::move(read->substitutions);
  call.again = std::move(read->ranges);
}

// What follows from the request alone is not said: whole chunks are the same whoever computed them.
void scheduler::write_origin(const call_slot &call) const {
  if (call.sharing.reuse != prefix_reuse::full) return;
  const uint32_t fingerprint = model_fingerprint(model_);
  try {
    origin from;
    from.substitutions = call.substitutions;
    from.ranges = call.continues ? call.again : sequences_.computed(call.sequence).ranges();
    std::vector<int32_t> words = origin_words(from, fingerprint);
    llmb_request_write_origin(call.request, words.data(), static_cast<uint32_t>(words.size()));
  } catch (const std::bad_alloc &) {
    const int32_t unknown = static_cast<int32_t>(fingerprint);
    llmb_request_write_origin(call.request, &unknown, 1);
  }
}

void scheduler::take_sequence(call_slot &call) {
  prompt_sharing sharing = call.sharing;
  if (call.continues) sharing.reuse = prefix_reuse::off;
  prompt_prefix prefix = sequences_.take(call.prompt, sharing);
  call.sequence = prefix.sequence;
  call.decoded = call.cached = keep_prefix(prefix.sequence, prefix.tokens);
  write_origin(call);
}

// Leaves the first tokens in a sequence, and forgets the rest; says how many are left. Models whose memory cannot be
// cut (recurrent ones) lose everything, and are not asked again.
uint32_t scheduler::keep_prefix(llama_seq_id sequence, uint32_t tokens) {
  uint32_t kept = cuts_prefixes_ ? tokens : 0;
  if (!decoder_->sequence_keep(sequence, kept)) {
    cuts_prefixes_ = false;
    kept = 0;
  }
  sequences_.cut(sequence, kept);
  return kept;
}

// Calls that begin alike and come together share the work too: whoever has its turn takes over what the others have
// decoded meanwhile. A copy costs microseconds a token. Not with a sliding window: behind a copy llama.cpp looks for
// room from the sequence's beginning, and takes that of tokens which have left the window.
void scheduler::copy_prefix(call_slot &call) {
  if (!cuts_prefixes_ || !copies_prefixes_ || call.continues) return;
  uint32_t gain = call.sharing.reuse == prefix_reuse::full ? copied_tokens_least : 0;
  auto longest = sequences_.longest(call.prompt, call.sharing, call.decoded + gain);
  if (!longest) return;
  uint32_t before = call.decoded;
  bool copied = decoder_->sequence_copy(longest->sequence, call.sequence);
  if (copied) sequences_.copy(longest->sequence, call.sequence);
  call.decoded = keep_prefix(call.sequence, copied ? longest->tokens : before);
  call.cached = call.decoded < before ? 0 : call.cached + call.decoded - before;
  write_origin(call);
}

// Whose turn it is among those whose prompt is not read yet; null if there is none.
call_slot *scheduler::next_prompt() const {
  std::vector<call_slot *> waiting;
  for (auto &call : calls_) {
    if (call->request != nullptr && call->state == call_state::prompt) waiting.push_back(call.get());
  }
  return waiting.empty() ? nullptr : waiting[prompt_turn_ % waiting.size()];
}

// Several short prompts are read before the next round, so that their answers share a batch from the beginning; all of
// them together have no more tokens than one whole chunk.
void scheduler::prompt_round() {
  uint32_t tokens = 0;
  for (uint32_t i = 0; i < prompts_a_round_max; i++) {
    call_slot *call = next_prompt();
    if (call == nullptr) return;
    copy_prefix(*call);
    std::vector<llama_token> batch = next_batch(*call);
    uint32_t size = static_cast<uint32_t>(batch.size());
    if (tokens > 0 && tokens + size > prompt_chunk_tokens) return;
    prompt_turn_++;
    tokens += size;
    prompt_chunk(*call, batch);
  }
}

// What another engine had computed in one batch, forgotten tokens included; else a chunk.
std::vector<llama_token> scheduler::next_batch(const call_slot &call) const {
  auto begin = call.prompt.begin() + static_cast<ptrdiff_t>(call.decoded);
  if (call.again_done == call.again.size()) {
    size_t end = std::min<size_t>(prompt_chunk_end(call.decoded), call.prompt.size());
    return {begin, call.prompt.begin() + static_cast<ptrdiff_t>(end)};
  }
  const token_range &range = call.again[call.again_done];
  std::vector<llama_token> batch(begin, begin + (range.singly ? 1 : static_cast<ptrdiff_t>(range.count)));
  batch.insert(batch.end(), range.dropped.begin(), range.dropped.end());
  return batch;
}

void scheduler::prompt_chunk(call_slot &call, const std::vector<llama_token> &tokens) {
  uint32_t count = static_cast<uint32_t>(tokens.size());
  bool is_last = call.again_done == call.again.size() && call.decoded + count == call.prompt.size();
  decoder_->batch_clear();
  for (uint32_t i = 0; i < count; i++) {
    call.output = decoder_->batch_add(tokens[i], call.decoded + i, call.sequence, is_last && i + 1 == count);
  }
  if (!decode_for({&call})) return;
  sequences_.add(call.sequence, tokens.data(), count);
  call.decoded += count;
  note_range(call);
  if (is_last) take_output(call);
}

// One batch more is as another engine had it: what was forgotten there is forgotten here, too.
void scheduler::note_range(call_slot &call) {
  if (call.again_done == call.again.size()) return;
  const token_range &range = call.again[call.again_done];
  if (range.singly && ++call.singly_done < range.count) return;
  call.singly_done = 0;
  call.again_done++;
  if (range.dropped.empty()) return;
  uint32_t wanted = call.decoded - static_cast<uint32_t>(range.dropped.size());
  call.decoded = keep_prefix(call.sequence, wanted);
  if (call.decoded == wanted) return;
  call.origin_lost = true;
  call.again_done = call.again.size();
}

}  // namespace llama_engine
