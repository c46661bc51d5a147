#include "llama_embed_baseline.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <memory>
#include <stdexcept>
#include <vector>

#include "engine/llama/backend.hpp"
#include "engine/llama/engine_options.hpp"
#include "llama.h"

struct llama_embed_baseline {
  struct deleter {
    void operator()(llama_model *model) const {
      llama_model_free(model);
    }
    void operator()(llama_context *context) const {
      llama_free(context);
    }
  };

  explicit llama_embed_baseline(const llama_baseline_options &options);
  ~llama_embed_baseline() {
    llama_batch_free(batch);
  }
  llama_embed_baseline(const llama_embed_baseline &) = delete;
  llama_embed_baseline &operator=(const llama_embed_baseline &) = delete;

  uint64_t run(const char *const *texts, uint32_t count);
  std::vector<llama_token> tokens_of(const char *text) const;
  void add(const std::vector<llama_token> &tokens, llama_seq_id sequence);
  void finish_batch(llama_seq_id sequences);

  std::unique_ptr<llama_model, deleter> model;
  llama_engine::threadpool_ptr threads;
  std::unique_ptr<llama_context, deleter> context;
  llama_batch batch = {};
  int32_t capacity = 0;
  std::vector<std::vector<float>> vectors;
};

llama_embed_baseline::llama_embed_baseline(const llama_baseline_options &options) {
  llama_log_set([](ggml_log_level, const char *, void *) {}, nullptr);
  llama_engine::backend_load();
  model.reset(llama_model_load_from_file(options.model, llama_model_default_params()));
  if (model == nullptr) throw std::runtime_error("the model does not load");
  uint32_t thread_count = options.threads > 0 ? options.threads : llama_engine::threads_default(options.model, 1);
  threads = llama_engine::threadpool_create(thread_count);
  llama_context_params params = llama_context_default_params();
  params.n_ctx = std::min(options.context, static_cast<uint32_t>(llama_model_n_ctx_train(model.get())));
  params.n_batch = params.n_ubatch = params.n_ctx;
  params.n_seq_max = llama_engine::embedding_texts_max;
  params.kv_unified = true;
  params.embeddings = true;
  params.flash_attn_type = LLAMA_FLASH_ATTN_TYPE_DISABLED;  // as the engine, which says why
  params.n_threads = static_cast<int32_t>(thread_count);
  params.n_threads_batch = params.n_threads;
  params.no_perf = true;
  context.reset(llama_init_from_model(model.get(), params));
  if (context == nullptr) throw std::runtime_error("no context can be made");
  if (llama_pooling_type(context.get()) == LLAMA_POOLING_TYPE_NONE) throw std::runtime_error("the model does not pool");
  llama_attach_threadpool(context.get(), threads.get(), threads.get());
  capacity = static_cast<int32_t>(params.n_batch);
  batch = llama_batch_init(capacity, 0, 1);
}

std::vector<llama_token> llama_embed_baseline::tokens_of(const char *text) const {
  std::vector<llama_token> tokens(static_cast<size_t>(capacity));
  int32_t size = llama_tokenize(llama_model_get_vocab(model.get()), text, static_cast<int32_t>(std::strlen(text)),
                                tokens.data(), capacity, true, false);
  if (size <= 0) throw std::runtime_error("a text cannot be tokenized");
  tokens.resize(static_cast<size_t>(size));
  return tokens;
}

void llama_embed_baseline::add(const std::vector<llama_token> &tokens, llama_seq_id sequence) {
  for (size_t i = 0; i < tokens.size(); i++) {
    int32_t index = batch.n_tokens++;
    batch.token[index] = tokens[i];
    batch.pos[index] = static_cast<llama_pos>(i);
    batch.n_seq_id[index] = 1;
    batch.seq_id[index][0] = sequence;
    batch.logits[index] = true;
  }
}

void llama_embed_baseline::finish_batch(llama_seq_id sequences) {
  llama_memory_t memory = llama_get_memory(context.get());
  if (memory != nullptr) llama_memory_clear(memory, false);
  if (llama_decode(context.get(), batch) != 0) throw std::runtime_error("llama_decode failed");
  size_t dimension = static_cast<size_t>(llama_model_n_embd_out(model.get()));
  for (llama_seq_id sequence = 0; sequence < sequences; sequence++) {
    const float *pooled = llama_get_embeddings_seq(context.get(), sequence);
    if (pooled == nullptr) throw std::runtime_error("no vector came");
    double squares = 0;
    for (size_t i = 0; i < dimension; i++) squares += static_cast<double>(pooled[i]) * static_cast<double>(pooled[i]);
    auto scale = static_cast<float>(1 / std::sqrt(squares));
    std::vector<float> &vector = vectors.emplace_back(pooled, pooled + dimension);
    for (float &number : vector) number *= scale;
  }
  batch.n_tokens = 0;
}

uint64_t llama_embed_baseline::run(const char *const *texts, uint32_t count) {
  llama_seq_id sequences = 0;
  batch.n_tokens = 0;
  vectors.clear();
  for (uint32_t i = 0; i < count; i++) {
    std::vector<llama_token> tokens = tokens_of(texts[i]);
    bool full = batch.n_tokens + static_cast<int32_t>(tokens.size()) > capacity ||
                sequences == static_cast<llama_seq_id>(llama_engine::embedding_texts_max);
    if (full) {
      finish_batch(sequences);
      sequences = 0;
    }
    add(tokens, sequences++);
  }
  finish_batch(sequences);
  return vectors.back().size();
}

extern "C" {

llama_embed_baseline *llama_embed_baseline_open(const llama_baseline_options *options) {
  try {
    return new llama_embed_baseline(*options);
  } catch (const std::exception &error) {
    std::fprintf(stderr, "llama baseline: %s\n", error.what());
    return nullptr;
  }
}

uint64_t llama_embed_baseline_run(llama_embed_baseline *baseline, const char *const *texts, uint32_t count) {
  try {
    return baseline->run(texts, count);
  } catch (const std::exception &error) {
    std::fprintf(stderr, "llama baseline: %s\n", error.what());
    return 0;
  }
}

const float *llama_embed_baseline_vector(const llama_embed_baseline *baseline, uint32_t index) {
  return baseline->vectors.at(index).data();
}

}  // extern "C"
