// The model: loading it, what is known of it, its vocabulary.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "engine/llama/engine_options.hpp"
#include "llama.h"

namespace llama_engine {

struct model_deleter {
  void operator()(llama_model *model) const {
    llama_model_free(model);
  }
};
using model_ptr = std::unique_ptr<llama_model, model_deleter>;

// Maps the model into memory; says meanwhile how far it is. Throws failure.
model_ptr model_load(llmb_engine *engine, const engine_options &options);

// A metadata value as text; empty where the file has none.
std::string model_metadata(const llama_model *model, const std::string &key);

// Tokens one call may have: the setting, else the smaller of the model's and the default. Never more than the model has
// places for where it looks positions up in a table, since ggml aborts beyond its end.
uint32_t model_context(const llama_model *model, const engine_options &options);

// True for models whose attention looks both ways: they embed, and need a whole text at once.
bool model_is_encoder(const llama_model *model);

// True for models that can continue a text token by token.
bool model_generates(const llama_model *model);

// What the engine says of itself and its model when it is ready: a JSON object.
std::string model_info_json(const llama_model *model, const engine_options &options, const std::string &cpu_variant);

// Appends the text of a token; it may end inside a UTF-8 character. Control tokens have none, unless they are spelled.
void token_append_text(const llama_vocab *vocab, llama_token token, std::string &out, bool is_spelled = false);

}  // namespace llama_engine
