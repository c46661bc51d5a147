// The vectors of all tokens come from llama.cpp and are pooled here, so that one context serves every pooling and a
// text may span several decodes where attention only looks back.
#include "engine/llama/embedder.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "engine/llama/failure.hpp"
#include "engine/llama/model.hpp"

namespace llama_engine {
namespace {

constexpr uint32_t causal_batch_tokens = 512;

llama_context_params context_params(const llama_model *model, const engine_options &options) {
  llama_context_params params = llama_context_default_params();
  uint32_t context = model_context(model, options);
  // llama.cpp keeps room for an output of each sequence, and aborts where a batch has less.
  params.n_ctx = std::max(context, embedding_texts_max);
  // An encoder must see a whole text at once.
  params.n_batch = model_is_encoder(model) ? params.n_ctx : std::min(params.n_ctx, causal_batch_tokens);
  params.n_ubatch = params.n_batch;
  params.n_seq_max = embedding_texts_max;
  params.kv_unified = true;  // short texts share the room of one context
  params.embeddings = true;
  params.pooling_type = LLAMA_POOLING_TYPE_NONE;
  // Flash attention rounds to F16 on the way, differently for each shape of a batch: neighbours would change a vector
  // by 1e-4 (F32 weights) to 1e-3. Without it they do so by less than 1e-5.
  params.flash_attn_type = LLAMA_FLASH_ATTN_TYPE_DISABLED;
  params.n_threads = static_cast<int32_t>(options.threads);
  params.n_threads_batch = params.n_threads;
  params.no_perf = true;
  return params;
}

pooling pooling_of_model(const llama_model *model) {
  std::string architecture = model_metadata(model, "general.architecture");
  std::string type = model_metadata(model, architecture + ".pooling_type");
  if (type == std::to_string(LLAMA_POOLING_TYPE_CLS)) return pooling::cls;
  if (type == std::to_string(LLAMA_POOLING_TYPE_LAST)) return pooling::last;
  return pooling::mean;
}

std::vector<float> vector_finish(const embedding_text &text, const std::vector<double> &sum) {
  double scale = text.pool == pooling::mean ? 1.0 / static_cast<double>(text.tokens.size()) : 1.0;
  if (text.normalise) {
    double squares = 0;
    for (double x : sum) squares += x * x;
    if (squares > 0) scale = 1.0 / std::sqrt(squares);  // a zero vector stays one: the host refuses it
  }
  std::vector<float> vector;
  vector.reserve(sum.size());
  for (double x : sum) vector.push_back(static_cast<float>(x * scale));
  return vector;
}

}  // namespace

embedding_text embedding_text_read(const llama_model *model, const llmb_request *request) {
  embedding_text text;
  const char *pool = llmb_request_setting(request, "pooling");
  std::string name = pool != nullptr ? pool : "auto";
  text.pool = name == "mean"   ? pooling::mean
              : name == "cls"  ? pooling::cls
              : name == "last" ? pooling::last
                               : pooling_of_model(model);
  const char *normalize = llmb_request_setting(request, "normalize");
  text.normalise = normalize == nullptr || std::strcmp(normalize, "none") != 0;
  return text;
}

embedder::embedder(llama_model *model, const engine_options &options, ggml_threadpool *threads)
    : dimension_(static_cast<size_t>(llama_model_n_embd_out(model))),
      decoder_(model, context_params(model, options), threads) {
}

size_t embedder::batch_fit(const std::vector<const embedding_text *> &texts) const {
  size_t tokens = 0, count = 0;
  while (count < texts.size() && count < embedding_texts_max) {
    tokens += texts[count]->tokens.size();
    if (tokens > decoder_.batch_capacity() || (count > 0 && tokens > embedding_batch_tokens)) break;
    count++;
  }
  return std::max<size_t>(count, 1);
}

// Adds `count` tokens' vectors, whose outputs begin at `index` of the last decode; `first` is their place in the text.
void embedder::add_tokens(const embedding_text &text, uint32_t first, int32_t index, uint32_t count,
                          std::vector<double> &sum) const {
  for (uint32_t i = 0; i < count; i++) {
    uint32_t place = first + i;
    if (text.pool == pooling::cls && place != 0) continue;
    if (text.pool == pooling::last && place + 1 != text.tokens.size()) continue;
    const float *vector = decoder_.embedding(index + static_cast<int32_t>(i));
    for (size_t d = 0; d < dimension_; d++) sum[d] += static_cast<double>(vector[d]);
  }
}

bool embedder::decode_together(const std::vector<const embedding_text *> &texts, std::vector<std::vector<double>> &sums,
                               decode_watch &watch) {
  std::vector<int32_t> first_index;
  decoder_.clear();
  decoder_.batch_clear();
  for (size_t t = 0; t < texts.size(); t++) {
    first_index.push_back(static_cast<int32_t>(decoder_.batch_size()));
    for (size_t i = 0; i < texts[t]->tokens.size(); i++) {
      decoder_.batch_add(texts[t]->tokens[i], static_cast<uint32_t>(i), static_cast<llama_seq_id>(t), true);
    }
  }
  if (decoder_.decode(watch) == decode_result::abandoned) return false;
  for (size_t t = 0; t < texts.size(); t++) {
    add_tokens(*texts[t], 0, first_index[t], static_cast<uint32_t>(texts[t]->tokens.size()), sums[t]);
  }
  return true;
}

bool embedder::decode_in_chunks(const embedding_text &text, std::vector<double> &sum, decode_watch &watch) {
  decoder_.clear();
  uint32_t size = static_cast<uint32_t>(text.tokens.size());
  for (uint32_t first = 0; first < size; first += decoder_.batch_capacity()) {
    uint32_t count = std::min(size - first, decoder_.batch_capacity());
    decoder_.batch_clear();
    for (uint32_t i = 0; i < count; i++) decoder_.batch_add(text.tokens[first + i], first + i, 0, true);
    if (decoder_.decode(watch) == decode_result::abandoned) return false;
    add_tokens(text, first, 0, count, sum);
  }
  return true;
}

std::optional<std::vector<std::vector<float>>> embedder::embed(const std::vector<const embedding_text *> &texts,
                                                               decode_watch &watch) {
  std::vector<std::vector<double>> sums(texts.size(), std::vector<double>(dimension_, 0.0));
  bool is_long = texts.front()->tokens.size() > decoder_.batch_capacity();
  bool done = is_long ? decode_in_chunks(*texts.front(), sums.front(), watch) : decode_together(texts, sums, watch);
  if (!done) return std::nullopt;
  std::vector<std::vector<float>> vectors;
  for (size_t t = 0; t < texts.size(); t++) vectors.push_back(vector_finish(*texts[t], sums[t]));
  return vectors;
}

}  // namespace llama_engine
