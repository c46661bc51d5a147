#include "engine/llama/prompt.hpp"

#include <cstring>
#include <string>

#include "engine/llama/failure.hpp"

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

specials specials_read(const llmb_request *request) {
  const char *special = setting_or_null(request, "special");
  return special != nullptr && std::strcmp(special, "parse") == 0 ? specials::parsed : specials::as_text;
}

static prompt_read chat_tokens(tokenizer &divider, chat_template &chat, const llmb_request *request,
                               std::string_view prompt, uint32_t context) {
  const char *system = setting_or_null(request, "system");
  const char *messages = setting_or_null(request, "messages");
  if (messages == nullptr) divider.check_size(prompt, context);
  chat_wishes wishes = chat_wishes_read(request);
  bool is_parsed = specials_read(request) == specials::parsed;
  text_guard guard(divider.controls());
  rendered_chat rendered = chat.converse(system, messages, std::string(prompt), wishes, is_parsed ? nullptr : &guard);
  std::vector<llama_token> tokens = is_parsed ? divider.tokens(rendered.prompt, specials::parsed, context)
                                              : divider.tokens(rendered.prompt, guard, context);
  return {require_some(std::move(tokens)), chat.has_answers(), rendered.format};
}

prompt_read prompt_tokens(tokenizer &divider, chat_template &chat, const llmb_request *request, uint32_t context) {
  bool is_conversation =
      setting_or_null(request, "system") != nullptr || setting_or_null(request, "messages") != nullptr;
  uint64_t size = 0;
  const char *input = llmb_request_input(request, &size);
  if (!wants_chat(chat, request, is_conversation)) {
    if (chat_wishes_read(request).may_call()) {
      throw failure(LLMB_E_UNSUPPORTED, LLMB_PHASE_PROMPT, "tools need a chat template, and this prompt has none");
    }
    return {text_tokens(divider, request, {input, size}, context), false};
  }
  return chat_tokens(divider, chat, request, {input, size}, context);
}

prompt_sharing prompt_sharing_read(const llmb_request *request, bool has_answers) {
  prompt_sharing sharing;
  const char *scope = setting_or_null(request, "cache_scope"), *reuse = setting_or_null(request, "prefix_reuse");
  if (scope != nullptr) sharing.scope = scope;
  std::string_view wanted = reuse != nullptr ? reuse : "auto";
  bool is_full = wanted == "full" || (wanted == "auto" && has_answers);
  sharing.reuse = wanted == "off" ? prefix_reuse::off : is_full ? prefix_reuse::full : prefix_reuse::chunks;
  return sharing;
}

std::vector<llama_token> text_tokens(tokenizer &divider, const llmb_request *request, std::string_view text,
                                     uint32_t context) {
  return require_some(divider.tokens(text, specials_read(request), context));
}

}  // namespace llama_engine
