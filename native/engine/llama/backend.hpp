// ggml's CPU backend: the one library for this processor, and a thread pool that lives as long as the engine.
#pragma once

#include <memory>
#include <string>

#include "llama.h"

namespace llama_engine {

// Loads the CPU backend from beside libllama and returns the variant's name ("built-in" where llama.cpp was built
// without variants). Throws failure when there is none.
std::string backend_load();

struct threadpool_deleter {
  void operator()(ggml_threadpool *pool) const;
};
using threadpool_ptr = std::unique_ptr<ggml_threadpool, threadpool_deleter>;

// A pool of threads for all decodes. Without one ggml creates threads at every decode, which a sandbox forbids.
threadpool_ptr threadpool_create(uint32_t threads);

}  // namespace llama_engine
