// One llama.cpp context: batches in, logits or embeddings out, stoppable in the middle.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "engine/llama/backend.hpp"
#include "llama.h"
#include <llmbridge/engine.h>

namespace llama_engine {

// Whom a decode concerns: it is abandoned when none of `computed` wants its answer any more, and meanwhile shows
// progress for all of `accepted`, also for those that wait for their turn.
struct decode_watch {
  std::vector<llmb_request *> computed;
  std::vector<llmb_request *> accepted;
  uint32_t nodes = 0;
  bool abandoned = false;
};

enum class decode_result { done, abandoned };

class decoder {
 public:
  // Throws failure with llama.cpp's reason.
  decoder(llama_model *model, const llama_context_params &params, ggml_threadpool *threads);

  void batch_clear();
  // Adds a token; returns its index in the batch, by which its output is asked for.
  int32_t batch_add(llama_token token, uint32_t position, llama_seq_id sequence, bool output);
  uint32_t batch_size() const;
  uint32_t batch_capacity() const;

  // Computes the batch. Throws failure: LLMB_E_OUT_OF_MEMORY and LLMB_E_INTERNAL mean that this context cannot be
  // trusted any more, LLMB_E_ENGINE_ERROR that only this batch is lost.
  decode_result decode(decode_watch &watch);

  const float *logits(int32_t index) const;
  const float *embedding(int32_t index) const;

  // Forgets all but the first `count` tokens of a sequence. False when this memory cannot do that, or had not held them
  // all: then it holds none.
  bool sequence_keep(llama_seq_id sequence, uint32_t count);
  // Makes a sequence hold what another one holds. False when that would take too much memory, or failed.
  bool sequence_copy(llama_seq_id from, llama_seq_id to);
  void clear();

 private:
  struct context_deleter {
    void operator()(llama_context *context) const {
      llama_free(context);
    }
  };
  struct batch_owner {
    explicit batch_owner(uint32_t capacity);
    ~batch_owner();
    batch_owner(const batch_owner &) = delete;
    batch_owner &operator=(const batch_owner &) = delete;
    llama_batch batch;
  };

  std::unique_ptr<llama_context, context_deleter> context_;
  std::unique_ptr<batch_owner> batch_;
  uint32_t capacity_ = 0;
};

}  // namespace llama_engine
