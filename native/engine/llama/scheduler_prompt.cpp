// The scheduler's part for prompts: chunk by chunk, each prompt alone, less what the KV memory already holds of it.
#include <algorithm>

#include "engine/llama/prompt_chunks.hpp"
#include "engine/llama/scheduler.hpp"

namespace llama_engine {

void scheduler::take_sequence(call_slot &call) {
  prompt_prefix prefix = sequences_.take(call.prompt, call.sharing);
  call.sequence = prefix.sequence;
  call.decoded = call.cached = keep_prefix(prefix.sequence, prefix.tokens);
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
  if (!cuts_prefixes_ || !copies_prefixes_) return;
  uint32_t gain = call.sharing.reuse == prefix_reuse::full ? copied_tokens_least : 0;
  auto longest = sequences_.longest(call.prompt, call.sharing, call.decoded + gain);
  if (!longest) return;
  uint32_t before = call.decoded;
  bool copied = decoder_->sequence_copy(longest->sequence, call.sequence);
  if (copied) sequences_.copy(longest->sequence, call.sequence);
  call.decoded = keep_prefix(call.sequence, copied ? longest->tokens : before);
  call.cached = call.decoded < before ? 0 : call.cached + call.decoded - before;
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
    uint32_t end = std::min(prompt_chunk_end(call->decoded), static_cast<uint32_t>(call->prompt.size()));
    uint32_t size = end - call->decoded;
    if (tokens > 0 && tokens + size > prompt_chunk_tokens) return;
    prompt_turn_++;
    tokens += size;
    prompt_chunk(*call, end);
  }
}

void scheduler::prompt_chunk(call_slot &call, uint32_t end) {
  uint32_t size = static_cast<uint32_t>(call.prompt.size());
  decoder_->batch_clear();
  for (uint32_t i = call.decoded; i < end; i++) {
    call.output = decoder_->batch_add(call.prompt[i], i, call.sequence, i + 1 == size);
  }
  if (!decode_for({&call})) return;
  sequences_.add(call.sequence, &call.prompt[call.decoded], end - call.decoded);
  call.decoded = end;
  if (end == size) take_output(call);
}

}  // namespace llama_engine
