// The setting memory_mb = auto: how much private memory this process may have, from what it needs. What is mapped from
// the model's file does not count.
#pragma once

#include <cstdint>

#include <llmbridge/engine.h>

#include "engine/llama/engine_options.hpp"
#include "llama.h"

namespace llama_engine {

// Loading may take this many times the file (llama.cpp copies weights into another order, one tensor at a time or all),
// and this much more.
constexpr double memory_loading_factor = 2.2;
constexpr uint64_t memory_loading_bytes = uint64_t{512} << 20;
// What contexts take besides the KV memory: buffers of computing, which follow the batch and the vocabulary.
constexpr uint64_t memory_context_bytes = uint64_t{4} << 30;
// When all is loaded, what is left for requests, answers, templates and tokenizing.
constexpr uint64_t memory_serving_bytes = uint64_t{768} << 20;

// Made before the engine is confined, since it then could not look at itself any more.
class memory_limit {
 public:
  explicit memory_limit(const llmb_engine *engine);
  ~memory_limit();
  memory_limit(const memory_limit &) = delete;
  memory_limit &operator=(const memory_limit &) = delete;

  // Before the model is opened.
  void loading(const engine_options &options);

  // When it is loaded: before the memory of so many tokens is taken.
  void loaded(const llama_model *model, uint64_t tokens);

  // When all memory is taken that is known of: what is in use, once more what contexts took (the context of embeddings
  // is made when one is asked for), and memory_serving_bytes. From here on nothing raises it.
  void ready();

 private:
  uint64_t used() const;
  static void set(uint64_t bytes, bool for_good);

  int status_ = -1;  // /proc/self/status; -1 where the limit is not ours to set
  uint64_t used_when_loaded_ = 0;
};

}  // namespace llama_engine
