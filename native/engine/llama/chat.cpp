#include "engine/llama/chat.hpp"

#include <algorithm>
#include <climits>
#include <cstring>

#include "engine/llama/failure.hpp"
#include "engine/llama/json_text.hpp"

#ifdef LLMB_HAVE_LLAMA_COMMON
#include "chat.h"
#include "engine/llama/chat_guard.hpp"
#include "engine/llama/chat_loops.hpp"
#include "log.h"
#endif

namespace llama_engine {

#ifdef LLMB_HAVE_LLAMA_COMMON

// No conversation that a model can read is larger.
static constexpr size_t rendered_bytes_max = size_t{256} << 20;

struct chat_template::parsed {
  common_chat_templates_ptr templates;
  bool thinks = false;  // what the template is told as enable_thinking
};

chat_template::chat_template(const llama_model *model, const std::string &source, uint64_t turns_max)
    : model_(model), given_(source), source_(source), turns_max_(turns_max) {
  const char *own = llama_model_chat_template(model, nullptr);
  if (source_.empty() && own != nullptr) source_ = own;
  common_log_set_verbosity_thold(INT_MIN);  // its log starts a thread at the first line, which a sandbox forbids
}

bool chat_template::usable() const {
  return !source_.empty();
}

// libllama-common loses the message of a template that cannot be parsed; parsing it again finds it.
static std::string parse_error(const std::string &source) {
  try {
    common_chat_template again(source, "", "");
  } catch (const std::exception &error) {
    return error.what();
  }
  return "unknown";
}

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

static std::vector<common_chat_msg> messages_read(const char *messages_json) {
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

static common_chat_msg message_of(const char *role, const std::string &content) {
  common_chat_msg message;
  message.role = role;
  message.content = content;
  return message;
}

// As llama.cpp's server decides it. Asking takes milliseconds, so only templates are asked that care.
static bool is_thinking(const common_chat_templates *templates, const std::string &source) {
  if (source.find("enable_thinking") == std::string::npos) return true;
  try {
    return common_chat_templates_support_enable_thinking(templates);
  } catch (const std::exception &) {
    return true;
  }
}

static bool has_role(const std::vector<common_chat_msg> &messages, const char *role) {
  return std::any_of(messages.begin(), messages.end(),
                     [role](const common_chat_msg &message) { return message.role == role; });
}

static bool has_more_than_text(const std::vector<common_chat_msg> &messages) {
  return std::any_of(messages.begin(), messages.end(), [](const common_chat_msg &message) {
    return message.role == "tool" || !message.tool_calls.empty() || !message.reasoning_content.empty();
  });
}

// libllama-common renders calls, their results and reasoning in ways of their own for some models, when it also makes a
// parser for the answer. That takes milliseconds, and cannot be done for every template.
static std::string apply(const common_chat_templates *templates, common_chat_templates_inputs &inputs) {
  if (has_more_than_text(inputs.messages)) {
    try {
      return common_chat_templates_apply(templates, inputs).prompt;
    } catch (const std::exception &) {
      // The template alone says below whether it is to blame.
    }
  }
  inputs.force_pure_content = true;  // the prompt alone is wanted
  return common_chat_templates_apply(templates, inputs).prompt;
}

std::string chat_template::render(const char *system, const char *messages_json, const std::string &prompt,
                                  text_guard *guard) {
  common_chat_templates_inputs inputs;
  loop_turns_begin(turns_max_);
  if (messages_json != nullptr) {
    inputs.messages = messages_read(messages_json);
  } else {
    inputs.messages.push_back(message_of("user", prompt));
  }
  has_answers_ = has_role(inputs.messages, "assistant");
  if (system != nullptr) inputs.messages.insert(inputs.messages.begin(), message_of("system", system));
  if (guard != nullptr) messages_guard(inputs.messages, source_, *guard);
  if (parsed_ == nullptr) {
    auto made = std::make_unique<parsed>();
    try {
      made->templates = common_chat_templates_init(model_, given_);
    } catch (const std::exception &) {
      throw failure(LLMB_E_ENGINE_ERROR, LLMB_PHASE_PROMPT, "the model's chat template: " + parse_error(source_));
    }
    made->thinks = is_thinking(made->templates.get(), source_);
    parsed_ = std::move(made);
    loop_turns_begin(turns_max_);  // finding out what a template can took some renderings of its own
  }
  inputs.reasoning_format = COMMON_REASONING_FORMAT_DEEPSEEK;
  inputs.enable_thinking = parsed_->thinks;
  try {
    std::string prompt_text = apply(parsed_->templates.get(), inputs);
    if (prompt_text.size() <= rendered_bytes_max) return prompt_text;
    throw failure(LLMB_E_ENGINE_ERROR, LLMB_PHASE_PROMPT,
                  "the model's chat template makes more than " + std::to_string(rendered_bytes_max >> 20) + " MiB");
  } catch (const failure &) {
    throw;
  } catch (const std::exception &error) {
    // The template's interpreter puts what it caught into a message of its own.
    if (std::strstr(error.what(), "bad_alloc") == nullptr) {
      throw failure(LLMB_E_ENGINE_ERROR, LLMB_PHASE_PROMPT, std::string("the model's chat template: ") + error.what());
    }
    throw failure(LLMB_E_OUT_OF_MEMORY, LLMB_PHASE_PROMPT,
                  "the model's chat template needs more memory than the engine may use (memory_mb)");
  }
}

#else  // a llama.cpp without libllama-common

struct chat_template::parsed {};

chat_template::chat_template(const llama_model *model, const std::string &source, uint64_t turns_max)
    : model_(model), given_(source), source_(source), turns_max_(turns_max) {
}

bool chat_template::usable() const {
  return false;
}

std::string chat_template::render(const char *, const char *, const std::string &, text_guard *) {
  throw failure(LLMB_E_UNSUPPORTED, LLMB_PHASE_PROMPT, "this build has no libllama-common, so no chat templates");
}

#endif

chat_template::~chat_template() = default;

}  // namespace llama_engine
