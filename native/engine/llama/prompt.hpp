// From a request to the tokens the model reads.
#pragma once

#include <string_view>
#include <vector>

#include <llmbridge/engine.h>

#include "engine/llama/chat.hpp"
#include "engine/llama/sequence_pool.hpp"
#include "llama.h"
#include "engine/llama/tokenizer.hpp"

namespace llama_engine {

struct prompt_read {
  std::vector<llama_token> tokens;
  bool has_answers = false;                               // it is a conversation that goes on
  std::shared_ptr<const answer_format> format = nullptr;  // how the answer is to be read; null: it is text
};

// The setting special.
specials specials_read(const llmb_request *request);

// Applies the settings prompt_format, system, messages, special and those for tools and reasoning, and divides the
// result. Throws failure.
prompt_read prompt_tokens(tokenizer &divider, chat_template &chat, const llmb_request *request, uint32_t context);

// Applies the settings cache_scope and prefix_reuse.
prompt_sharing prompt_sharing_read(const llmb_request *request, bool has_answers);

// The tokens of a text without a template: for embedding and counting, and for raw prompts. Throws failure.
std::vector<llama_token> text_tokens(tokenizer &divider, const llmb_request *request, std::string_view text,
                                     uint32_t context);

}  // namespace llama_engine
