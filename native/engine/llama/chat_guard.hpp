// Which texts of a conversation are guarded on their way through a template: all that callers bring.
#pragma once

#include <string>
#include <vector>

#include "engine/llama/text_guard.hpp"

struct common_chat_msg;

namespace llama_engine {

// Hides what spells control tokens. A role that is a plain word is left as it is: templates compare it, and some put
// it into a control token of their own. `source` is the template.
void messages_guard(std::vector<common_chat_msg> &messages, const std::string &source, text_guard &guard);

// The same for all strings of a JSON text; one that is not JSON is left.
void json_guard(std::string &json, text_guard &guard);

}  // namespace llama_engine
