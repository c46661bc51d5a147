#include "engine/llama/model.hpp"

#include <algorithm>
#include <cstring>
#include <filesystem>

#include "engine/llama/engine_log.hpp"
#include "engine/llama/failure.hpp"
#include "engine/llama/model_files.hpp"
#include <llmbridge/llmbridge.h>

namespace llama_engine {
namespace {

namespace fs = std::filesystem;

// llama.cpp opens whatever it is given and says little about it, so the plain cases are named here.
void model_file_check(const std::string &path) {
  std::error_code error;
  fs::file_status status = fs::status(path, error);
  if (status.type() == fs::file_type::not_found) {
    throw failure(LLMB_E_NOT_FOUND, LLMB_PHASE_LOAD, "the model file " + path + " does not exist");
  }
  if (fs::is_directory(status)) {
    throw failure(LLMB_E_MODEL_INVALID, LLMB_PHASE_LOAD, path + " is a directory, not a GGUF file");
  }
  if (fs::is_regular_file(status) && fs::file_size(path, error) == 0) {
    throw failure(LLMB_E_MODEL_INVALID, LLMB_PHASE_LOAD, path + " is empty");
  }
}

bool load_progress(float progress, void *engine) {
  llmb_engine_loading(static_cast<llmb_engine *>(engine), static_cast<uint32_t>(progress * 950.0F));
  return true;
}

bool is_about_memory(const std::string &reason) {
  return reason.find("allocate") != std::string::npos || reason.find("bad_alloc") != std::string::npos;
}

// What llama.cpp's own reader would take for granted is checked first, in code that trusts nothing. Returns whether the
// tensors lie as ggml needs them: where a file has less alignment than ggml, it aborts over a mapped tensor.
bool model_inspect(const std::string &path) {
  llmb_error error;
  llmb_error_init(&error);
  char *json = nullptr;
  llmb_status status = llmb_inspect(path.c_str(), &json, &error);
  if (status != LLMB_OK) throw failure(status, LLMB_PHASE_LOAD, error.message);
  bool is_low = false;
  for (const char *alignment : {"\"alignment\":8,", "\"alignment\":16,"}) {
    is_low |= std::strstr(json, alignment) != nullptr;
  }
  llmb_free(json);
  return !is_low;
}

}  // namespace

model_ptr model_load(llmb_engine *engine, const engine_options &options) {
  std::string path = model_files(options.model_path).front();
  model_file_check(path);
  bool can_be_mapped = model_inspect(path);
  engine_log_forget();
  llama_model_params params = llama_model_default_params();
  params.n_gpu_layers = options.gpu_layers;
  if (!can_be_mapped) params.load_mode = LLAMA_LOAD_MODE_NONE;
  params.progress_callback = load_progress;
  params.progress_callback_user_data = engine;
  engine_log_loading(true);
  model_ptr model(llama_model_load_from_file(path.c_str(), params));
  engine_log_loading(false);
  if (model == nullptr) {
    std::string reason = engine_log_reason();
    throw failure(is_about_memory(reason) ? LLMB_E_OUT_OF_MEMORY : LLMB_E_MODEL_INVALID, LLMB_PHASE_LOAD,
                  "llama.cpp cannot load " + options.model_path + ": " + reason);
  }
  return model;
}

std::string model_metadata(const llama_model *model, const std::string &key) {
  char first[256];
  int32_t size = llama_model_meta_val_str(model, key.c_str(), first, sizeof first);
  if (size < 0) return {};
  if (static_cast<size_t>(size) < sizeof first) return first;
  std::string value(static_cast<size_t>(size) + 1, '\0');
  llama_model_meta_val_str(model, key.c_str(), value.data(), value.size());
  value.resize(static_cast<size_t>(size));
  return value;
}

uint32_t model_context(const llama_model *model, const engine_options &options) {
  int32_t said = llama_model_n_ctx_train(model);
  uint32_t trained = said > 0 ? static_cast<uint32_t>(said) : context_default_tokens;  // 0 and 2^32 - 1 say nothing
  uint32_t wanted = options.context != 0 ? options.context : std::min(trained, context_default_tokens);
  bool has_table = llama_model_rope_type(model) == LLAMA_ROPE_TYPE_NONE || model_is_encoder(model);
  return has_table && said > 0 ? std::min(wanted, trained) : wanted;
}

bool model_is_encoder(const llama_model *model) {
  std::string architecture = model_metadata(model, "general.architecture");
  return model_metadata(model, architecture + ".attention.causal") == "false" || !llama_model_has_decoder(model);
}

bool model_generates(const llama_model *model) {
  return !model_is_encoder(model) && !llama_model_has_encoder(model) && !llama_model_is_diffusion(model);
}

void token_append_text(const llama_vocab *vocab, llama_token token, std::string &out, bool is_spelled) {
  char first[128];
  int32_t size = llama_token_to_piece(vocab, token, first, sizeof first, 0, is_spelled);
  if (size >= 0) {
    out.append(first, static_cast<size_t>(size));
    return;
  }
  size_t before = out.size();
  out.resize(before + static_cast<size_t>(-size));
  size = llama_token_to_piece(vocab, token, out.data() + before, -size, 0, is_spelled);
  out.resize(before + static_cast<size_t>(std::max(size, 0)));
}

}  // namespace llama_engine
