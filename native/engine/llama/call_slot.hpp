// One call the engine works on.
#pragma once

#include <algorithm>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/llama/answer_grammar.hpp"
#include "engine/llama/answer_reader.hpp"
#include "engine/llama/embedder.hpp"
#include "llama.h"
#include <llmbridge/engine.h>
#include "engine/llama/origin.hpp"
#include "engine/llama/sampler.hpp"
#include "engine/llama/sequence_pool.hpp"
#include "engine/llama/stop_text.hpp"
#include "engine/llama/text_mender.hpp"

namespace llama_engine {

enum class call_state {
  prompt,      // its prompt is being decoded, chunk by chunk
  generating,  // `next` is to be decoded
  embedding,   // its texts wait to be embedded
  draining     // the answer is complete; what is pending goes out, then it is done
};

struct call_slot {
  llmb_request *request = nullptr;
  call_state state = call_state::prompt;
  llama_seq_id sequence = -1;  // its place in the KV memory; -1: none

  std::vector<llama_token> prompt;
  prompt_sharing sharing;
  std::vector<substitution> substitutions;  // where the prompt is not as its text is divided
  std::vector<token_range> again;           // how another engine had computed what is not computed yet, in order
  size_t again_done = 0;                    // ranges of these
  uint32_t singly_done = 0;                 // tokens of the next one, where each is a batch
  bool continues = false;                   // another engine had begun it, and said how: nothing else may be shared
  bool origin_lost = false;                 // it was said, and could not be followed
  uint32_t decoded = 0;                     // tokens in the KV memory, so also the next position
  uint32_t cached = 0;    // tokens of the prompt that were in the KV memory without being decoded for this call
  uint32_t produced = 0;  // tokens of the answer
  uint32_t max_tokens = 0;
  uint32_t min_tokens = 0;  // before these no token ends the answer, and their text is not looked through for stops
  std::optional<uint32_t> logprobs;  // how many of the likeliest tokens are told beside each; none: nothing is told
  llama_token next = LLAMA_TOKEN_NULL;
  int32_t output = -1;  // where in the last batch its logits are
  sampler choice;
  std::unique_ptr<answer_grammar> grammar;  // null: any text
  std::unique_ptr<answer_reader> reader;    // null: all that is said is the answer's text
  std::vector<llama_token> marks;           // control tokens that the reader is to see, sorted
  std::unique_ptr<answer_grammar> waiting;  // a grammar that holds from the first of `triggers` on
  std::vector<std::string> triggers;
  std::string untriggered;  // the end of what was said, as far as a trigger may begin in it
  text_mender mender;
  stop_text stops;

  std::vector<llama_token> replay;  // what another engine had produced before it died: taken instead of choosing
  uint64_t text_to_skip = 0;        // bytes of the answer that the host already has

  std::vector<embedding_text> texts;
  size_t texts_done = 0;

  std::string pending;  // text the host has not taken yet
  std::string pending_reasoning, pending_calls;
  std::deque<std::vector<float>> vectors;  // the same for embeddings
  uint32_t finish_reason = LLMB_FINISH_NONE;

  call_slot(llmb_request *of, const llama_vocab *vocab, const sampling_options &sampling)
      : request(of), choice(vocab, sampling) {
  }

  uint64_t tokens_read() const {
    uint64_t count = prompt.size();
    for (const embedding_text &text : texts) count += text.tokens.size();
    return count;
  }

  void add(const answer_parts &parts) {
    add_text(parts.text);
    pending_reasoning += parts.reasoning;
    pending_calls += parts.calls;
  }

  // Whether a trigger has come up: the grammar holds from it on.
  void look_for_trigger(std::string_view said);

  void add_text(const std::string &text) {
    size_t skipped = std::min<uint64_t>(text_to_skip, text.size());
    text_to_skip -= skipped;
    pending.append(text, skipped);
  }

  uint32_t phase() const {
    switch (state) {
      case call_state::prompt:
        return LLMB_PHASE_PROMPT;
      case call_state::embedding:
        return LLMB_PHASE_EMBED;
      case call_state::generating:
      case call_state::draining:
        break;
    }
    return LLMB_PHASE_GENERATE;
  }

  // A reader that has not taken the last piece holds up its own call, no other.
  bool paused() const {
    return !pending.empty() || !pending_reasoning.empty() || !vectors.empty() || llmb_request_writable(request) == 0;
  }
};

}  // namespace llama_engine
