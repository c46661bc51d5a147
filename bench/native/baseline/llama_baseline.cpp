#include "llama_baseline.h"

#include <algorithm>
#include <cstdio>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "engine/llama/backend.hpp"
#include "engine/llama/engine_options.hpp"
#include "engine/llama/likeliest.hpp"
#include "llama.h"

struct llama_baseline {
  struct deleter {
    void operator()(llama_model *model) const {
      llama_model_free(model);
    }
    void operator()(llama_context *context) const {
      llama_free(context);
    }
  };
  struct stream {
    llama_seq_id sequence = 0;
    llama_pos position = 0;
    llama_token next = 0;
    int32_t output = 0;
    uint32_t produced = 0;
    bool ended = false;
    std::string text;
  };

  explicit llama_baseline(const llama_baseline_options &options);
  ~llama_baseline() {
    llama_batch_free(batch);
  }
  llama_baseline(const llama_baseline &) = delete;
  llama_baseline &operator=(const llama_baseline &) = delete;

  uint64_t generate(const std::string &prompt, uint32_t max_tokens, uint32_t count);
  void add(llama_token token, llama_pos position, llama_seq_id sequence, bool output);
  void decode();
  void read_prompt(stream &one, std::vector<llama_token> &tokens);
  void take(stream &one, uint32_t max_tokens);

  std::unique_ptr<llama_model, deleter> model;
  llama_engine::threadpool_ptr threads;
  std::unique_ptr<llama_context, deleter> context;
  llama_batch batch = {};
  const llama_vocab *vocab = nullptr;
  std::string text; /* of the first stream */
};

llama_baseline::llama_baseline(const llama_baseline_options &options) {
  llama_log_set([](ggml_log_level, const char *, void *) {}, nullptr);
  llama_engine::backend_load();
  model.reset(llama_model_load_from_file(options.model, llama_model_default_params()));
  if (model == nullptr) throw std::runtime_error("the model does not load");
  vocab = llama_model_get_vocab(model.get());
  uint32_t thread_count = options.threads > 0 ? options.threads : llama_engine::threads_default(options.model, 1);
  threads = llama_engine::threadpool_create(thread_count);
  llama_context_params params = llama_context_default_params();
  params.n_ctx = options.context * options.sequences;
  params.n_batch = std::max(llama_engine::prompt_chunk_tokens, options.sequences);
  params.n_ubatch = params.n_batch;
  params.n_seq_max = options.sequences;
  params.n_outputs_max = options.sequences;
  params.kv_unified = false;
  params.n_threads = static_cast<int32_t>(thread_count);
  params.n_threads_batch = params.n_threads;
  params.no_perf = true;
  context.reset(llama_init_from_model(model.get(), params));
  if (context == nullptr) throw std::runtime_error("no context can be made");
  llama_attach_threadpool(context.get(), threads.get(), threads.get());
  batch = llama_batch_init(static_cast<int32_t>(params.n_batch), 0, 1);
}

void llama_baseline::add(llama_token token, llama_pos position, llama_seq_id sequence, bool output) {
  int32_t index = batch.n_tokens++;
  batch.token[index] = token;
  batch.pos[index] = position;
  batch.n_seq_id[index] = 1;
  batch.seq_id[index][0] = sequence;
  batch.logits[index] = output;
}

void llama_baseline::decode() {
  if (llama_decode(context.get(), batch) != 0) throw std::runtime_error("llama_decode failed");
}

void llama_baseline::read_prompt(stream &one, std::vector<llama_token> &tokens) {
  llama_memory_seq_rm(llama_get_memory(context.get()), one.sequence, -1, -1);
  batch.n_tokens = 0;
  for (llama_token token : tokens) {
    bool last = one.position + 1 == static_cast<llama_pos>(tokens.size());
    add(token, one.position++, one.sequence, last);
  }
  one.output = batch.n_tokens - 1;
  decode();
}

// Chooses the likeliest token of the stream's output and makes text of it.
void llama_baseline::take(stream &one, uint32_t max_tokens) {
  const float *logits = llama_get_logits_ith(context.get(), one.output);
  one.next = llama_engine::likeliest(logits, llama_vocab_n_tokens(vocab));  // as fast as the engine's: not the question
  if (one.next == LLAMA_TOKEN_NULL) throw std::runtime_error("the model computed no numbers");
  if (llama_vocab_is_eog(vocab, one.next)) {
    one.ended = true;
    return;
  }
  char piece[256];
  int32_t size = llama_token_to_piece(vocab, one.next, piece, sizeof piece, 0, false);
  if (size > 0) one.text.append(piece, static_cast<size_t>(size));
  one.ended = ++one.produced >= max_tokens;
}

uint64_t llama_baseline::generate(const std::string &prompt, uint32_t max_tokens, uint32_t count) {
  std::vector<stream> streams(count);
  for (uint32_t i = 0; i < count; i++) {
    streams[i].sequence = static_cast<llama_seq_id>(i);
    std::vector<llama_token> tokens(prompt.size() + 8);
    int32_t size = llama_tokenize(vocab, prompt.data(), static_cast<int32_t>(prompt.size()), tokens.data(),
                                  static_cast<int32_t>(tokens.size()), true, false);
    if (size <= 0 || size > static_cast<int32_t>(llama_engine::prompt_chunk_tokens))
      throw std::runtime_error("the prompt cannot be tokenized");
    tokens.resize(static_cast<size_t>(size));
    read_prompt(streams[i], tokens);
    take(streams[i], max_tokens);
  }
  for (;;) {
    batch.n_tokens = 0;
    for (stream &one : streams) {
      if (one.ended) continue;
      one.output = batch.n_tokens;
      add(one.next, one.position++, one.sequence, true);
    }
    if (batch.n_tokens == 0) break;
    decode();
    for (stream &one : streams) {
      if (!one.ended) take(one, max_tokens);
    }
  }
  uint64_t total = 0;
  for (const stream &one : streams) total += one.produced;
  text = std::move(streams.front().text);
  return total;
}

extern "C" {

llama_baseline *llama_baseline_open(const llama_baseline_options *options) {
  try {
    return new llama_baseline(*options);
  } catch (const std::exception &error) {
    std::fprintf(stderr, "llama baseline: %s\n", error.what());
    return nullptr;
  }
}

uint64_t llama_baseline_generate(llama_baseline *baseline, const char *prompt, uint32_t max_tokens, uint32_t streams) {
  try {
    return baseline->generate(prompt, max_tokens, streams);
  } catch (const std::exception &error) {
    std::fprintf(stderr, "llama baseline: %s\n", error.what());
    return 0;
  }
}

const char *llama_baseline_text(const llama_baseline *baseline) {
  return baseline->text.c_str();
}

}  // extern "C"
