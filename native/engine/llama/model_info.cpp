// What the engine says of its model: see model.hpp.
#include <algorithm>
#include <string>

#include "engine/llama/json_text.hpp"
#include "engine/llama/model.hpp"

namespace llama_engine {
namespace {

struct json_object {
  std::string text = "{";

  void add(const char *name, const std::string &raw) {
    if (text.size() > 1) text += ",";
    text += json_quote(name) + ":" + raw;
  }
  void add_text(const char *name, const std::string &value) {
    add(name, value.empty() ? "null" : json_quote(value));
  }
  std::string close() {
    return text + "}";
  }
};

constexpr size_t metadata_text_max = 200;

std::string cut(std::string text) {
  if (text.size() > metadata_text_max) text.resize(metadata_text_max);
  return text;
}

std::string model_json(const llama_model *model) {
  const llama_vocab *vocab = llama_model_get_vocab(model);
  json_object object;
  object.add_text("architecture", cut(model_metadata(model, "general.architecture")));
  object.add_text("name", cut(model_metadata(model, "general.name")));
  object.add_text("quantisation", llama_ftype_name(llama_model_ftype(model)));
  object.add("parameters", std::to_string(llama_model_n_params(model)));
  object.add("bytes", std::to_string(llama_model_size(model)));
  object.add("context", std::to_string(std::max(llama_model_n_ctx_train(model), 0)));
  object.add("embedding", std::to_string(llama_model_n_embd_out(model)));
  object.add("layers", std::to_string(llama_model_n_layer(model)));
  object.add("vocabulary", std::to_string(llama_vocab_n_tokens(vocab)));
  object.add("generates", model_generates(model) ? "true" : "false");
  object.add("chat_template", llama_model_chat_template(model, nullptr) != nullptr ? "true" : "false");
  return object.close();
}

}  // namespace

std::string model_info_json(const llama_model *model, const engine_options &options, const std::string &cpu_variant) {
  json_object object;
  object.add_text("engine", "llama");
  object.add_text("version", std::string("llama.cpp ") + llama_version());
  object.add_text("cpu_variant", cpu_variant);
  object.add("context", std::to_string(model_context(model, options)));
  object.add("slots", std::to_string(options.slots));
  object.add("threads", std::to_string(options.threads));
  object.add("batching", options.batching ? "true" : "false");
  object.add("model", model_json(model));
  return object.close();
}

}  // namespace llama_engine
