// From a request to the tokens the model reads.
#pragma once

#include <string_view>
#include <vector>

#include "engine/llama/chat.hpp"
#include "llama.h"
#include <llmbridge/engine.h>

namespace llama_engine {

// Applies the settings prompt_format, system and messages and tokenizes the result. Throws failure.
std::vector<llama_token> prompt_tokens(const llama_model *model, chat_template &chat, const llmb_request *request,
                                       uint32_t context);

// The tokens of a text as it is: for embedding and counting, and for raw prompts. Throws failure.
std::vector<llama_token> text_tokens(const llama_model *model, std::string_view text, uint32_t context);

}  // namespace llama_engine
