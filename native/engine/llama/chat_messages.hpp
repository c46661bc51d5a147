// The setting `messages`, for libllama-common.
#pragma once

#include <vector>

struct common_chat_msg;

namespace llama_engine {

// Throws failure, LLMB_E_INVALID_ARGUMENT, for messages that are none.
std::vector<common_chat_msg> messages_read(const char *messages_json);

}  // namespace llama_engine
