// A model and a context, with the CPU variant the engine would take and llama.cpp's own defaults else
// (but no flash attention for embeddings).
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "llama.h"

namespace reference {

struct settings {
  std::string model;
  uint32_t context = 512;
  uint32_t threads = 1;
  uint32_t sequences = 1;  // they share the room of the context
  bool embeddings = false;
  enum llama_pooling_type pooling = LLAMA_POOLING_TYPE_UNSPECIFIED;
};

struct model_free {
  void operator()(llama_model *model) const {
    llama_model_free(model);
  }
};
struct context_free {
  void operator()(llama_context *context) const {
    llama_free(context);
  }
};

struct loaded {
  std::unique_ptr<llama_model, model_free> model;
  std::unique_ptr<llama_context, context_free> context;
};

// Throws std::runtime_error with the step that failed.
loaded load(const settings &from);

// Tokens of a raw prompt, with the special tokens the model wants around it.
std::vector<llama_token> tokenize(const llama_model *model, const std::string &text);

}  // namespace reference
