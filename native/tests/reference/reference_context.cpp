#include "tests/reference/reference_context.hpp"

#include <stdexcept>

#include "engine/llama/backend.hpp"

namespace reference {

loaded load(const settings &from) {
  llama_engine::backend_load();
  loaded made;
  made.model.reset(llama_model_load_from_file(from.model.c_str(), llama_model_default_params()));
  if (made.model == nullptr) throw std::runtime_error("the model does not load");
  llama_context_params params = llama_context_default_params();
  params.n_ctx = from.context;
  params.n_seq_max = from.sequences;
  params.kv_unified = from.sequences > 1;
  params.n_threads = static_cast<int32_t>(from.threads);
  params.n_threads_batch = params.n_threads;
  params.embeddings = from.embeddings;
  params.pooling_type = from.pooling;
  if (from.embeddings) {
    params.n_batch = params.n_ubatch = from.context;
    params.flash_attn_type = LLAMA_FLASH_ATTN_TYPE_DISABLED;  // as the engine, which says why
  }
  made.context.reset(llama_init_from_model(made.model.get(), params));
  if (made.context == nullptr) throw std::runtime_error("no context can be made");
  return made;
}

std::vector<llama_token> tokenize(const llama_model *model, const std::string &text) {
  std::vector<llama_token> tokens(text.size() + 8);
  int32_t count = llama_tokenize(llama_model_get_vocab(model), text.data(), static_cast<int32_t>(text.size()),
                                 tokens.data(), static_cast<int32_t>(tokens.size()), true, false);
  if (count < 0) throw std::runtime_error("the prompt cannot be tokenized");
  tokens.resize(static_cast<size_t>(count));
  return tokens;
}

}  // namespace reference
