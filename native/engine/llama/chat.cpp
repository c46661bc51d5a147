#include "engine/llama/chat.hpp"

#include <algorithm>
#include <climits>
#include <cstring>
#include <list>

#include "engine/llama/failure.hpp"
#include "engine/llama/json_text.hpp"

#ifdef LLMB_HAVE_LLAMA_COMMON
#include "chat.h"
#include "engine/llama/answer_parser.hpp"
#include "engine/llama/chat_guard.hpp"
#include "engine/llama/chat_loops.hpp"
#include "engine/llama/chat_messages.hpp"
#include "log.h"
#endif

namespace llama_engine {

#ifdef LLMB_HAVE_LLAMA_COMMON

// No conversation that a model can read is larger.
static constexpr size_t rendered_bytes_max = size_t{256} << 20;

struct chat_template::parsed {
  common_chat_templates_ptr templates;
  bool thinks = false;   // what the template is told as enable_thinking
  bool reasons = false;  // what is said after it may begin with reasoning
  std::list<std::pair<std::string, std::shared_ptr<const answer_format>>>
      formats;  // without tools, by what they follow
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

// Whether what is said after the template may begin with reasoning. Asking takes milliseconds, so only templates are
// asked that look like it.
static bool is_reasoning(const common_chat_templates *templates, const std::string &source, bool thinks) {
  static const char *const words[] = {"think", "THINK", "reason", "channel", "thought"};
  if (std::none_of(std::begin(words), std::end(words),
                   [&](const char *word) { return source.find(word) != std::string::npos; })) {
    return false;
  }
  common_chat_templates_inputs inputs;
  inputs.messages.push_back(message_of("user", "test"));
  inputs.reasoning_format = COMMON_REASONING_FORMAT_DEEPSEEK;
  inputs.enable_thinking = thinks;
  try {
    return common_chat_templates_apply(templates, inputs).supports_thinking;
  } catch (const std::exception &) {
    return false;
  }
}

void chat_template::parse() {
  auto made = std::make_unique<parsed>();
  try {
    made->templates = common_chat_templates_init(model_, given_);
  } catch (const std::exception &) {
    throw failure(LLMB_E_ENGINE_ERROR, LLMB_PHASE_PROMPT, "the model's chat template: " + parse_error(source_));
  }
  made->thinks = is_thinking(made->templates.get(), source_);
  made->reasons = is_reasoning(made->templates.get(), source_, made->thinks);
  parsed_ = std::move(made);
  loop_turns_begin(turns_max_);  // finding out what a template can took some renderings of its own
}

// libllama-common renders calls, their results and reasoning in ways of its own for some models, when it also makes a
// parser for the answer. That takes milliseconds, and cannot be done for every template.
static common_chat_params apply(const common_chat_templates *templates, common_chat_templates_inputs &inputs,
                                bool &has_parser) {
  has_parser = has_more_than_text(inputs.messages);
  if (has_parser) {
    try {
      return common_chat_templates_apply(templates, inputs);
    } catch (const std::exception &) {
      // The template alone says below whether it is to blame.
      has_parser = false;
    }
  }
  inputs.force_pure_content = true;  // the prompt alone is wanted
  common_chat_params params = common_chat_templates_apply(templates, inputs);
  inputs.force_pure_content = false;
  return params;
}

// With tools the parser is wanted in any case. Where their parameters are none for libllama-common's converter, the
// prompt has them as they are, and arguments may be any objects; the host checks them all the same.
static common_chat_params apply_tools(const common_chat_templates *templates, common_chat_templates_inputs inputs) {
  if (tools_are_plain(inputs)) {
    try {
      return common_chat_templates_apply(templates, inputs);
    } catch (const std::exception &) {
      // The template alone says below whether it is to blame.
    }
  }
  common_chat_templates_inputs told = inputs;
  told.tool_choice = COMMON_CHAT_TOOL_CHOICE_NONE;
  told.force_pure_content = true;
  std::string prompt = common_chat_templates_apply(templates, told).prompt;
  tools_make_plain(inputs);
  common_chat_params params = common_chat_templates_apply(templates, inputs);
  params.prompt = std::move(prompt);
  return params;
}

static std::shared_ptr<const answer_format> format_of(const common_chat_params &params,
                                                      const common_chat_templates_inputs &inputs, bool may_call) {
  auto format = std::make_shared<answer_format>();
  auto parser = std::make_shared<answer_format::parser>();
  parser->params = common_chat_parser_params(params);
  parser->params.reasoning_format = inputs.reasoning_format;
  parser->params.parse_tool_calls = may_call;
  if (!params.parser.empty()) parser->params.parser.load(params.parser);
  format->parse = std::move(parser);
  format->kept = params.preserved_tokens;
  format->kept.push_back(params.thinking_start_tag);
  format->kept.insert(format->kept.end(), params.thinking_end_tags.begin(), params.thinking_end_tags.end());
  format->stops = params.additional_stops;
  format->generation_prompt = params.generation_prompt;
  if (!may_call) return format;
  for (const common_chat_tool &tool : inputs.tools) format->tools.push_back(tool.name);
  format->grammar = params.grammar;
  for (const common_grammar_trigger &trigger : params.grammar_triggers) {
    // Marks that only a regular expression tells are left to the parser.
    if (trigger.type != COMMON_GRAMMAR_TRIGGER_TYPE_WORD) format->grammar.clear();
    format->triggers.push_back(trigger.value);
    format->kept.push_back(trigger.value);
  }
  format->calls_are_bare = params.grammar.empty();
  return format;
}

static rendered_chat render_tools(const common_chat_templates *templates, const common_chat_templates_inputs &inputs,
                                  bool may_call) {
  common_chat_params params = apply_tools(templates, inputs);
  bool is_told = params.prompt.find(inputs.tools.front().name) != std::string::npos;
  if (may_call && params.grammar.empty() && !is_told) {
    throw failure(LLMB_E_UNSUPPORTED, LLMB_PHASE_PROMPT, "tools: the model's chat template has no place for them");
  }
  return {params.prompt, format_of(params, inputs, may_call)};
}

// Without tools a format depends only on what the prompt ends with: it is made once.
template <typename formats_of_template>
static rendered_chat render_text(const common_chat_templates *templates, common_chat_templates_inputs &inputs,
                                 bool wants_format, formats_of_template &formats) {
  constexpr size_t formats_max = 8;
  bool has_parser = false;
  common_chat_params params = apply(templates, inputs, has_parser);
  rendered_chat rendered = {params.prompt, nullptr};
  if (!wants_format) return rendered;
  std::string key = params.generation_prompt + (inputs.enable_thinking ? '1' : '0');
  auto known = std::find_if(formats.begin(), formats.end(), [&](const auto &format) { return format.first == key; });
  if (known == formats.end()) {
    if (!has_parser) params = common_chat_templates_apply(templates, inputs);
    formats.emplace_front(key, format_of(params, inputs, false));
    if (formats.size() > formats_max) formats.pop_back();
    known = formats.begin();
  }
  rendered.format = known->second;
  return rendered;
}

rendered_chat chat_template::converse(const char *system, const char *messages_json, const std::string &prompt,
                                      const chat_wishes &wishes, text_guard *guard) {
  common_chat_templates_inputs inputs;
  loop_turns_begin(turns_max_);
  if (messages_json != nullptr) {
    inputs.messages = messages_read(messages_json);
  } else {
    inputs.messages.push_back(message_of("user", prompt));
  }
  has_answers_ = has_role(inputs.messages, "assistant");
  if (system != nullptr) inputs.messages.insert(inputs.messages.begin(), message_of("system", system));
  tools_add(wishes, inputs);
  if (guard != nullptr) {
    tools_avoid(inputs, *guard);
    messages_guard(inputs.messages, source_, *guard);
    tools_guard(inputs, *guard);
  }
  if (parsed_ == nullptr) parse();
  bool wants_reasoning = wishes.separates_reasoning && parsed_->reasons;
  inputs.reasoning_format = wishes.separates_reasoning || inputs.tools.empty() ? COMMON_REASONING_FORMAT_DEEPSEEK
                                                                               : COMMON_REASONING_FORMAT_NONE;
  inputs.enable_thinking = wishes.thinking < 0 ? parsed_->thinks : wishes.thinking == 1;
  try {
    rendered_chat rendered = inputs.tools.empty()
                                 ? render_text(parsed_->templates.get(), inputs, wants_reasoning, parsed_->formats)
                                 : render_tools(parsed_->templates.get(), inputs, wishes.may_call());
    if (!wishes.may_call() && !wants_reasoning) rendered.format = nullptr;
    if (rendered.prompt.size() <= rendered_bytes_max) return rendered;
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

rendered_chat chat_template::converse(const char *, const char *, const std::string &, const chat_wishes &,
                                      text_guard *) {
  throw failure(LLMB_E_UNSUPPORTED, LLMB_PHASE_PROMPT, "this build has no libllama-common, so no chat templates");
}

#endif

chat_template::~chat_template() = default;

}  // namespace llama_engine
