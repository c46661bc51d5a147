// The model's chat template, rendered by libllama-common's Jinja.
#pragma once

#include <memory>
#include <string>

#include "llama.h"

namespace llama_engine {

class chat_template {
 public:
  explicit chat_template(const llama_model *model);
  ~chat_template();
  chat_template(const chat_template &) = delete;
  chat_template &operator=(const chat_template &) = delete;

  // True when the model brings a template of its own and this build can render it.
  bool usable() const;

  // The prompt for a conversation, ready for the assistant's turn. messages_json, a JSON array of {role, content},
  // stands in for prompt where given; system, where given, goes before all. Throws failure: LLMB_E_INVALID_ARGUMENT for
  // messages that are none, LLMB_E_ENGINE_ERROR with the template's own message when it fails.
  std::string render(const char *system, const char *messages_json, const std::string &prompt);

 private:
  struct parsed;
  const llama_model *model_;
  std::unique_ptr<parsed> parsed_;  // made at the first use: most of a cold start has none
};

}  // namespace llama_engine
