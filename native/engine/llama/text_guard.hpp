// Keeps a caller's text from becoming control tokens on its way through a chat template: what spells one is replaced by
// a character of private use before the template is rendered, and put back, as text, when the prompt is divided into
// tokens.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "engine/llama/control_text.hpp"

namespace llama_engine {

class text_guard {
 public:
  explicit text_guard(const control_text &controls);

  // Characters of private use in this text are not used as placeholders. To be called for the template and all texts
  // before the first of them is guarded.
  void avoid(std::string_view text);

  // Hides what spells a control token, whole or in part. Throws failure when a prompt uses up all characters.
  void hide(std::string &text);
  // Hides a text as a whole.
  void hide_whole(std::string &text);

  // True when the text has a placeholder in it.
  bool hides_in(std::string_view text) const;
  // The text with what the placeholders stand for.
  std::string shown(std::string_view text) const;

 private:
  std::string placeholder_for(std::string_view text);

  const control_text &controls_;
  std::vector<bool> avoided_;  // by place in the plane
  uint32_t next_ = 0;
  std::map<std::string, std::string, std::less<>> placeholders_;  // by what they stand for
  std::vector<std::string> hidden_;                               // what each character stands for, by place
};

}  // namespace llama_engine
