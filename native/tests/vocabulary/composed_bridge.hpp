// A bridge on a composed model, beside the same model in this process: the two must say the same.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "llama.h"
#include <llmbridge/llmbridge.h>

namespace composed {

struct answer {
  llmb_status status = LLMB_OK;
  std::string text;
  std::string problem;
  uint64_t prompt_tokens = 0;
};

// Opens and closes both, and removes the model's file.
class pair {
 public:
  pair(const std::filesystem::path &vocabulary, const std::string &chat_template);
  ~pair();
  pair(const pair &) = delete;
  pair &operator=(const pair &) = delete;

  llama_model *model() const {
    return model_.get();
  }
  const llama_vocab *vocab() const {
    return llama_model_get_vocab(model_.get());
  }

  // How many tokens the engine counts in a text; -1 when it refuses.
  int64_t count(const std::string &text) const;

  // What the engine answers; `name` and `value` are one more setting.
  answer ask(const std::string &prompt, const char *name, const std::string &value) const;

  // What libllama says in a plain loop after these tokens.
  std::string continuation(const std::vector<llama_token> &tokens) const;

  // libllama's tokens of a text.
  std::vector<llama_token> tokens(const std::string &text, bool add_special, bool parse_special) const;

 private:
  struct model_deleter {
    void operator()(llama_model *model) const {
      llama_model_free(model);
    }
  };
  std::filesystem::path file_;
  std::unique_ptr<llama_model, model_deleter> model_;
  llmb_bridge *bridge_ = nullptr;
};

}  // namespace composed
