// The model's chat template, rendered by libllama-common's Jinja.
#pragma once

#include <memory>
#include <string>

#include "llama.h"
#include "engine/llama/answer_reader.hpp"
#include "engine/llama/chat_loops.hpp"
#include "engine/llama/chat_tools.hpp"
#include "engine/llama/text_guard.hpp"

namespace llama_engine {

// A prompt, and how what is said after it is to be read; no format where all of that is the answer's text.
struct rendered_chat {
  std::string prompt;
  std::shared_ptr<const answer_format> format;
};

class chat_template {
 public:
  // `source` stands in for the model's own template where it is not empty.
  explicit chat_template(const llama_model *model, const std::string &source = {}, uint64_t turns_max = loop_turns_max);
  ~chat_template();
  chat_template(const chat_template &) = delete;
  chat_template &operator=(const chat_template &) = delete;

  // True when there is a template and this build can render it.
  bool usable() const;

  // The prompt for a conversation, ready for the assistant's turn. messages_json, a JSON array of {role, content},
  // stands in for prompt where given; system, where given, goes before all. Throws failure: LLMB_E_INVALID_ARGUMENT for
  // messages that are none, LLMB_E_ENGINE_ERROR with the template's own message when it fails. The guard, where given,
  // hides in the callers' texts what spells control tokens.
  rendered_chat converse(const char *system, const char *messages_json, const std::string &prompt,
                         const chat_wishes &wishes, text_guard *guard);

  // The same without tools, for the prompt alone.
  std::string render(const char *system, const char *messages_json, const std::string &prompt, text_guard *guard) {
    chat_wishes none;
    none.separates_reasoning = false;
    return converse(system, messages_json, prompt, none, guard).prompt;
  }

  // Whether the last prompt that was rendered had a turn of the assistant's in it.
  bool has_answers() const {
    return has_answers_;
  }

 private:
  struct parsed;
  void parse();
  const llama_model *model_;
  std::string given_, source_;  // the one to use instead of the model's; the one in use
  uint64_t turns_max_;          // of its loops, in one rendering
  bool has_answers_ = false;
  std::unique_ptr<parsed> parsed_;  // made at the first use: most of a cold start has none
};

}  // namespace llama_engine
