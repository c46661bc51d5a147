#include "engine/llama/chat_tools.hpp"

#include <algorithm>
#include <string_view>

#include "engine/llama/chat_guard.hpp"
#include "engine/llama/failure.hpp"
#include "engine/llama/json_text.hpp"

#ifdef LLMB_HAVE_LLAMA_COMMON
#include "chat.h"
#endif

namespace llama_engine {

static std::string setting_of(const llmb_request *request, const char *name) {
  const char *value = llmb_request_setting(request, name);
  return value != nullptr ? value : "";
}

chat_wishes chat_wishes_read(const llmb_request *request) {
  chat_wishes wishes;
  wishes.tools = setting_of(request, "tools");
  if (wishes.tools.find('{') == std::string::npos) wishes.tools.clear();  // an empty array
  std::string choice = setting_of(request, "tool_choice"), thinking = setting_of(request, "thinking");
  if (!choice.empty()) wishes.choice = choice;
  wishes.may_call_many = setting_of(request, "parallel_tool_calls") != "off";
  wishes.separates_reasoning = setting_of(request, "reasoning") != "include";
  wishes.thinking = thinking == "on" ? 1 : thinking == "off" ? 0 : -1;
  return wishes;
}

#ifdef LLMB_HAVE_LLAMA_COMMON

void tools_add(const chat_wishes &wishes, common_chat_templates_inputs &inputs) {
  constexpr size_t depth_max = 256;
  if (wishes.tools.empty()) return;
  try {
    if (json_is_deeper(wishes.tools, depth_max)) throw std::runtime_error("more than 256 levels");
    inputs.tools = common_chat_tools_parse_oaicompat(common_json::parse(wishes.tools));
  } catch (const std::exception &error) {
    throw failure(LLMB_E_INVALID_ARGUMENT, LLMB_PHASE_CONFIGURE, std::string("tools: ") + error.what());
  }
  bool is_name = wishes.choice != "auto" && wishes.choice != "none" && wishes.choice != "required";
  inputs.tool_choice = wishes.choice == "none"   ? COMMON_CHAT_TOOL_CHOICE_NONE
                       : wishes.choice == "auto" ? COMMON_CHAT_TOOL_CHOICE_AUTO
                                                 : COMMON_CHAT_TOOL_CHOICE_REQUIRED;
  // Of a tool that must be called the model hears alone.
  if (is_name) std::erase_if(inputs.tools, [&](const common_chat_tool &tool) { return tool.name != wishes.choice; });
  inputs.parallel_tool_calls = wishes.may_call_many;
}

void tools_avoid(const common_chat_templates_inputs &inputs, text_guard &guard) {
  for (const common_chat_tool &tool : inputs.tools) {
    guard.avoid(tool.description);
    guard.avoid(tool.parameters);
  }
}

void tools_guard(common_chat_templates_inputs &inputs, text_guard &guard) {
  for (common_chat_tool &tool : inputs.tools) {
    std::string name = tool.name;
    guard.hide(name);
    if (name != tool.name) {
      throw failure(LLMB_E_INVALID_ARGUMENT, LLMB_PHASE_CONFIGURE,
                    "tools: the name " + json_quote(tool.name) + " spells a control token of the model");
    }
    guard.hide(tool.description);
    json_guard(tool.parameters, guard);
  }
}

// The converter follows allOf and references without an end where they go round.
bool tools_are_plain(const common_chat_templates_inputs &inputs) {
  constexpr size_t depth_max = 64, bytes_max = 256 << 10;
  return std::all_of(inputs.tools.begin(), inputs.tools.end(), [](const common_chat_tool &tool) {
    const std::string &json = tool.parameters;
    return json.size() <= bytes_max && !json_is_deeper(json, depth_max) && json.find("\"$ref\"") == std::string::npos;
  });
}

void tools_make_plain(common_chat_templates_inputs &inputs) {
  for (common_chat_tool &tool : inputs.tools) tool.parameters = R"({"type":"object"})";
}

#endif

}  // namespace llama_engine
