#include "engine/llama/chat_messages.hpp"

#ifdef LLMB_HAVE_LLAMA_COMMON

#include <string>

#include "chat.h"
#include "engine/llama/failure.hpp"
#include "engine/llama/json_text.hpp"

namespace llama_engine {

// Texts that are JSON themselves and read as such, by a template or by libllama-common.
static void refuse_depth(const std::vector<common_chat_msg> &messages) {
  constexpr size_t depth_max = 512;
  auto check = [](const std::string &text) {
    if (!json_is_deeper(text, depth_max)) return;
    throw failure(LLMB_E_INVALID_ARGUMENT, LLMB_PHASE_CONFIGURE,
                  "messages has more than 512 levels of brackets inside each other in a call's arguments or result");
  };
  for (const common_chat_msg &message : messages) {
    for (const common_chat_tool_call &call : message.tool_calls) check(call.arguments);
    if (message.role == "tool") check(message.content);
  }
}

std::vector<common_chat_msg> messages_read(const char *messages_json) {
  try {
    std::vector<common_chat_msg> messages = common_chat_msgs_parse_oaicompat(common_json::parse(messages_json));
    refuse_depth(messages);
    return messages;
  } catch (const failure &) {
    throw;
  } catch (const std::exception &error) {
    throw failure(LLMB_E_INVALID_ARGUMENT, LLMB_PHASE_CONFIGURE,
                  std::string("messages is not a JSON array of {role, content}: ") + error.what());
  }
}

}  // namespace llama_engine

#endif
