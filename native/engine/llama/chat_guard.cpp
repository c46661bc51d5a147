#include "engine/llama/chat_guard.hpp"

#ifdef LLMB_HAVE_LLAMA_COMMON

#include <algorithm>
#include <cctype>
#include <functional>

#include "chat.h"
#include "json.h"

namespace llama_engine {
namespace {

using text_action = std::function<void(std::string &)>;

void each_text(common_chat_msg &message, const text_action &action) {
  action(message.content);
  for (common_chat_msg_content_part &part : message.content_parts) action(part.text);
  action(message.reasoning_content);
  action(message.tool_name);
  action(message.tool_call_id);
  for (common_chat_tool_call &call : message.tool_calls) {
    action(call.name);
    action(call.id);
    action(call.arguments);
  }
}

bool is_plain_word(const std::string &text) {
  constexpr size_t role_bytes_max = 64;
  return text.size() <= role_bytes_max && std::all_of(text.begin(), text.end(), [](unsigned char character) {
           return std::isalnum(character) != 0 || character == '_' || character == '-';
         });
}

common_json hidden(const common_json &value, text_guard &guard) {
  if (value.is_string()) {
    std::string text = value.get<std::string>();
    guard.hide(text);
    return text;
  }
  if (value.is_array()) {
    common_json out = common_json::array();
    for (const auto &element : value) out.push_back(hidden(element, guard));
    return out;
  }
  if (!value.is_object()) return value;
  common_json out = common_json::object();
  for (const auto &member : value.items()) {
    std::string name = member.key();
    guard.hide(name);
    out[name] = hidden(member.value(), guard);
  }
  return out;
}

}  // namespace

void json_guard(std::string &arguments, text_guard &guard) {
  try {
    std::string text = hidden(common_json::parse(arguments), guard).dump();
    if (guard.hides_in(text)) arguments = text;
  } catch (const std::exception &) {
    return;  // not JSON: a template cannot read it either
  }
}

// Arguments are JSON, which templates read: what is spelt with escapes shows only then.
static void hide_escaped(std::string &arguments, text_guard &guard) {
  if (arguments.find('\\') != std::string::npos) json_guard(arguments, guard);
}

void messages_guard(std::vector<common_chat_msg> &messages, const std::string &source, text_guard &guard) {
  guard.avoid(source);
  for (common_chat_msg &message : messages) {
    guard.avoid(message.role);
    each_text(message, [&](std::string &text) { guard.avoid(text); });
  }
  for (common_chat_msg &message : messages) {
    if (!is_plain_word(message.role)) guard.hide_whole(message.role);
    each_text(message, [&](std::string &text) { guard.hide(text); });
    for (common_chat_tool_call &call : message.tool_calls) hide_escaped(call.arguments, guard);
  }
}

}  // namespace llama_engine

#endif
