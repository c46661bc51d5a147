#include "engine/llama/prompt.hpp"

#include <cstring>
#include <string>

#include "engine/llama/failure.hpp"
#include "engine/llama/model.hpp"

namespace llama_engine {
namespace {

const char *setting_or_null(const llmb_request *request, const char *name) {
  const char *value = llmb_request_setting(request, name);
  return value != nullptr && *value != '\0' ? value : nullptr;
}

std::vector<llama_token> require_some(std::vector<llama_token> tokens) {
  if (tokens.empty())
    throw failure(LLMB_E_INVALID_ARGUMENT, LLMB_PHASE_PROMPT, "the text has no tokens for this model");
  return tokens;
}

// Whether the chat template is to be applied; refuses what only a template could do.
bool wants_chat(const chat_template &chat, const llmb_request *request, bool is_conversation) {
  const char *format = setting_or_null(request, "prompt_format");
  bool raw = format != nullptr && std::strcmp(format, "raw") == 0;
  if (raw && is_conversation) {
    throw failure(LLMB_E_INVALID_ARGUMENT, LLMB_PHASE_CONFIGURE, "system and messages need prompt_format auto or chat");
  }
  if (raw) return false;
  if (chat.usable()) return true;
  if (is_conversation || (format != nullptr && std::strcmp(format, "chat") == 0)) {
    throw failure(LLMB_E_UNSUPPORTED, LLMB_PHASE_PROMPT, "this model has no chat template");
  }
  return false;
}

}  // namespace

std::vector<llama_token> prompt_tokens(const llama_model *model, chat_template &chat, const llmb_request *request,
                                       uint32_t context) {
  const char *system = setting_or_null(request, "system");
  const char *messages = setting_or_null(request, "messages");
  uint64_t size = 0;
  const char *input = llmb_request_input(request, &size);
  if (!wants_chat(chat, request, system != nullptr || messages != nullptr)) {
    return text_tokens(model, {input, size}, context);
  }
  std::string text = chat.render(system, messages, std::string(input, size));
  return require_some(tokenize(llama_model_get_vocab(model), text, true, true, context));
}

std::vector<llama_token> text_tokens(const llama_model *model, std::string_view text, uint32_t context) {
  return require_some(tokenize(llama_model_get_vocab(model), text, true, false, context));
}

}  // namespace llama_engine
