// From text to tokens, and what a text cannot become: control tokens, where it is a caller's; a stack overflow, where
// it has no breaks; long work, where it cannot fit anyway.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/llama/control_text.hpp"
#include "engine/llama/deep_thread.hpp"
#include "llama.h"
#include "engine/llama/text_guard.hpp"
#include "engine/llama/text_match.hpp"
#include "engine/llama/token_bounds.hpp"

namespace llama_engine {

// What becomes of a text that spells a control token.
enum class specials { as_text, parsed };

class tokenizer {
 public:
  // Starts a thread, so it must be made before threads are forbidden. `waiting` is called now and then while a long
  // text is divided; empty is fine.
  tokenizer(const llama_vocab *vocab, std::function<void()> waiting);

  // The tokens of a text, those that the model wants at its ends included. Throws failure with LLMB_E_CONTEXT_FULL when
  // there are more than context, without dividing the text where its bytes alone tell, and with
  // LLMB_E_INVALID_ARGUMENT for a text that is longer without a break than can be divided.
  std::vector<llama_token> tokens(std::string_view text, specials special, uint32_t context);

  // The same for a rendered prompt: the template's control tokens are parsed, what the guard hides in it is text.
  std::vector<llama_token> tokens(std::string_view prompt, const text_guard &guard, uint32_t context);

  // The text of tokens, what the tokenizer puts before a text taken off again; control tokens are spelled or left out.
  std::string text(const std::vector<llama_token> &tokens, specials special);

  // Throws as `tokens` does where the bytes tell that a text cannot fit.
  void check_size(std::string_view text, uint32_t context);

  const control_text &controls();

  // The control tokens among these texts, sorted.
  std::vector<llama_token> marks(const std::vector<std::string> &texts) const;

  // Runs a job on the deep stack; what it throws is thrown here.
  void run_deep(const std::function<void()> &job);

  // What text_match must know of the tokens.
  token_texts texts();

 private:
  struct ends {
    std::vector<llama_token> front, back;
  };

  std::vector<llama_token> divide(std::string_view text, bool add_ends, bool parse) const;
  std::vector<llama_token> divide_as_text(std::string_view text, bool add_ends);
  std::vector<llama_token> divide_guarded(std::string_view prompt, const text_guard &guard);
  std::vector<llama_token> finish(size_t text_size, uint32_t context,
                                  const std::function<std::vector<llama_token>()> &division);
  void append_spelled(llama_token token, std::vector<llama_token> &out) const;
  bool is_control(llama_token token) const;
  bool adds_blank();
  const ends &wanted_ends();

  const llama_vocab *vocab_;
  std::function<void()> waiting_;
  deep_thread deep_;
  std::optional<control_text> controls_;  // made by the first chat
  std::optional<token_bounds> bounds_;    // made by the first long text
  std::optional<ends> ends_;
  std::optional<bool> adds_blank_;
};

}  // namespace llama_engine
