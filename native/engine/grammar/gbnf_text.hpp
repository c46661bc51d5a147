// A text in GBNF while it is read: where its reader is, and what is wrong there.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "engine/grammar/character_bytes.hpp"

namespace grammars {

class gbnf_text {
 public:
  explicit gbnf_text(std::string_view text) : text_(text) {
  }

  // Throws grammar_error with line and column.
  [[noreturn]] void fail_at(size_t at, const std::string &what) const;
  [[noreturn]] void fail(const std::string &what) const {
    fail_at(at_, what);
  }

  size_t at() const {
    return at_;
  }
  bool is_at_end() const {
    return at_ >= text_.size();
  }
  char peek() const {
    return is_at_end() ? '\0' : text_[at_];
  }
  bool is_at_line_end() const {
    return is_at_end() || peek() == '\n' || peek() == '\r';
  }
  bool is_at_name() const;

  // Goes past it if it comes next.
  bool take(std::string_view what);

  // Goes past blanks and comments; past line ends too where they mean nothing.
  void skip(bool with_lines);

  std::string read_name();

  // A number of repetitions and the blanks behind it.
  uint32_t read_count();

  // From behind the quote, as UTF-8.
  std::string read_literal();

  // From behind the bracket.
  std::vector<character_range> read_class();

 private:
  uint32_t read_hexadecimal(int digits);
  uint32_t read_escape();
  uint32_t read_character();

  std::string_view text_;
  size_t at_ = 0;
};

}  // namespace grammars
