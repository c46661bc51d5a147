// Vectors from texts.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "engine/llama/decoder.hpp"
#include "engine/llama/engine_options.hpp"
#include "llama.h"

namespace llama_engine {

enum class pooling { mean, cls, last };

struct embedding_text {
  std::vector<llama_token> tokens;
  pooling pool = pooling::mean;
  bool normalise = true;  // to length 1
};

// What a request asks for, its tokens aside; "auto" is the model's own pooling. Throws failure.
embedding_text embedding_text_read(const llama_model *model, const llmb_request *request);

class embedder {
 public:
  embedder(llama_model *model, const engine_options &options, ggml_threadpool *threads);

  // How many of the texts, from the first, one decode can take; at least 1.
  size_t batch_fit(const std::vector<const embedding_text *> &texts) const;

  // One vector for each text, or nothing when nobody wants them any more. The texts are as many as batch_fit says.
  std::optional<std::vector<std::vector<float>>> embed(const std::vector<const embedding_text *> &texts,
                                                       decode_watch &watch);

 private:
  bool decode_together(const std::vector<const embedding_text *> &texts, std::vector<std::vector<double>> &sums,
                       decode_watch &watch);
  bool decode_in_chunks(const embedding_text &text, std::vector<double> &sum, decode_watch &watch);
  void add_tokens(const embedding_text &text, uint32_t first, int32_t index, uint32_t count,
                  std::vector<double> &sum) const;

  size_t dimension_;
  decoder decoder_;
};

}  // namespace llama_engine
