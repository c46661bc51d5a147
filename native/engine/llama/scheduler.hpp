// The engine's one loop: takes requests, decodes for all of them in turn, delivers. One thread, so no locks.
//
// Each round decodes at most one batch of embeddings, one prompt chunk and one token for every generating call. Prompts
// are decoded alone, so what a prompt computes never depends on neighbours, and a failing or cancelled prompt is its
// own affair. Every call has its own stretch of KV memory of `context` tokens: no neighbour can take another's room.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/llama/backend.hpp"
#include "engine/llama/call_slot.hpp"
#include "engine/llama/chat.hpp"
#include "engine/llama/decoder.hpp"
#include "engine/llama/engine_options.hpp"
#include "llama.h"
#include "engine/llama/sequence_pool.hpp"
#include "engine/llama/tokenizer.hpp"

namespace llama_engine {

class scheduler {
 public:
  // Makes the generating context at once, so that a model that fits loads and one that doesn't is refused.
  scheduler(llmb_engine *engine, llama_model *model, const engine_options &options, ggml_threadpool *threads);

  // Computes one token, or one embedding, and forgets it. Throws failure, LLMB_E_MODEL_INVALID where that cannot be
  // done: no call could be answered.
  void try_model();

  // Serves until the host is gone. Throws failure when the engine can no longer be trusted; the calls then in the
  // failing batch have been told.
  void serve();

 private:
  bool take_requests();
  void admit(llmb_request *request);
  void begin_generating(llmb_request *request);
  void begin_reading(call_slot &call, const std::shared_ptr<const answer_format> &format);
  void begin_embedding(llmb_request *request);
  void count_tokens(llmb_request *request);
  void begin_telling(llmb_request *request);
  std::function<void()> grammar_watch(llmb_request *request);

  void show_progress() const;
  void drop_cancelled();
  bool has_work() const;

  // scheduler_trial.cpp
  void try_token(const std::vector<llama_token> &tokens);
  void try_embedding(const std::vector<llama_token> &tokens);

  // scheduler_embedding.cpp
  void embed_batch();

  // scheduler_prompt.cpp
  void read_origin(call_slot &call);
  void write_origin(const call_slot &call) const;
  void match_text(call_slot &call);
  void take_sequence(call_slot &call);
  uint32_t keep_prefix(llama_seq_id sequence, uint32_t tokens);
  void copy_prefix(call_slot &call);
  call_slot *next_prompt() const;
  void prompt_round();
  std::vector<llama_token> next_batch(const call_slot &call) const;
  void prompt_chunk(call_slot &call, const std::vector<llama_token> &tokens);
  void note_range(call_slot &call);

  void generate_round();
  void generate_batch(const std::vector<call_slot *> &calls);
  bool decode_for(const std::vector<call_slot *> &calls);

  // scheduler_answer.cpp
  void take_output(call_slot &call);
  void take_token(call_slot &call, llama_token token);
  void tell_odds(call_slot &call, llama_token token) const;
  void finish(call_slot &call, uint32_t reason);
  bool send_pending(call_slot &call);
  void deliver(call_slot &call);

  void fail(call_slot &call, llmb_status status, uint32_t phase, const std::string &message);
  void remove_ended();
  decode_watch watch_for(const std::vector<call_slot *> &calls) const;

  llmb_engine *engine_;
  llama_model *model_;
  const llama_vocab *vocab_;
  engine_options options_;
  uint32_t context_;
  ggml_threadpool *threads_;
  tokenizer divider_;
  chat_template chat_;
  grammar_shelf grammars_;
  bias_reader biases_;
  std::optional<decoder> decoder_;    // none for models that only embed
  std::optional<embedder> embedder_;  // made by the first embedding
  std::vector<std::unique_ptr<call_slot>> calls_;
  sequence_pool sequences_;
  bool cuts_prefixes_ = true;   // this model's memory can forget the end of a sequence alone
  const bool copies_prefixes_;  // and what one sequence holds can be another's beginning
  size_t prompt_turn_ = 0;      // whose prompt is next, so that short prompts get past long ones
};

}  // namespace llama_engine
