#include "engine/grammar/gbnf_text.hpp"

#include "engine/grammar/grammar.hpp"

namespace grammars {

bool gbnf_text::is_at_name() const {
  char byte = peek();
  return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') || (byte >= '0' && byte <= '9') || byte == '-' ||
         byte == '_';
}

void gbnf_text::fail_at(size_t at, const std::string &what) const {
  size_t line = 1, column = 1;
  for (size_t i = 0; i < at && i < text_.size(); i++) {
    if (text_[i] == '\n') {
      line++;
      column = 1;
    } else if ((static_cast<uint8_t>(text_[i]) & 0xc0) != 0x80) {
      column++;
    }
  }
  throw grammar_error("line " + std::to_string(line) + ", column " + std::to_string(column) + ": " + what);
}

bool gbnf_text::take(std::string_view what) {
  if (text_.substr(at_, what.size()) != what) return false;
  at_ += what.size();
  return true;
}

// Blanks and comments; line ends too where they mean nothing.
void gbnf_text::skip(bool with_lines) {
  while (!is_at_end()) {
    char next = peek();
    if (next == '#') {
      while (!is_at_end() && peek() != '\n' && peek() != '\r') at_++;
    } else if (next == ' ' || next == '\t' || (with_lines && (next == '\n' || next == '\r'))) {
      at_++;
    } else {
      return;
    }
  }
}

std::string gbnf_text::read_name() {
  size_t begin = at_;
  while (is_at_name()) at_++;
  if (at_ == begin) fail("a rule's name is missing here");
  return std::string(text_.substr(begin, at_ - begin));
}

uint32_t gbnf_text::read_count() {
  uint32_t count = 0;
  size_t begin = at_;
  for (; peek() >= '0' && peek() <= '9'; at_++) {
    count = count * 10 + static_cast<uint32_t>(peek() - '0');
    if (count > repetitions_max) fail_at(begin, "more than " + std::to_string(repetitions_max) + " repetitions");
  }
  if (at_ == begin) fail("a number is missing here");
  skip(true);
  return count;
}

uint32_t gbnf_text::read_hexadecimal(int digits) {
  uint32_t value = 0;
  size_t begin = at_;
  for (int i = 0; i < digits; i++, at_++) {
    int number = hexadecimal(peek());
    if (number < 0) fail("a hexadecimal digit is missing here");
    value = value << 4 | static_cast<uint32_t>(number);
  }
  if (value > character_max || (value >= 0xd800 && value <= 0xdfff)) fail_at(begin, "there is no such character");
  return value;
}

uint32_t gbnf_text::read_escape() {
  size_t begin = at_ - 1;
  char kind = peek();
  if (!is_at_end()) at_++;
  switch (kind) {
    case 'x':
      return read_hexadecimal(2);
    case 'u':
      return read_hexadecimal(4);
    case 'U':
      return read_hexadecimal(8);
    case 't':
      return '\t';
    case 'r':
      return '\r';
    case 'n':
      return '\n';
    case '\\':
    case '"':
    case '[':
    case ']':
    case '-':
      return static_cast<uint32_t>(kind);
    default:
      fail_at(begin, "there is no such escape");
  }
}

// One character, which is UTF-8 or an escape.
uint32_t gbnf_text::read_character() {
  auto lead = static_cast<uint8_t>(peek());
  at_++;
  if (lead == '\\') return read_escape();
  if (lead < 0x80) return lead;
  int more = lead >= 0xf0 ? 3 : lead >= 0xe0 ? 2 : 1;
  uint32_t value = lead & (0x3fU >> more);
  for (int i = 0; i < more; i++, at_++) {
    if ((static_cast<uint8_t>(peek()) & 0xc0) != 0x80) fail("this is no UTF-8");
    value = value << 6 | (static_cast<uint8_t>(peek()) & 0x3f);
  }
  if (value < 0x80 || value > character_max || (value >= 0xd800 && value <= 0xdfff)) fail("this is no UTF-8");
  return value;
}

std::string gbnf_text::read_literal() {
  size_t begin = at_ - 1;
  std::string bytes;
  while (!take("\"")) {
    if (is_at_line_end()) fail_at(begin, "a literal's \" is missing");
    append_utf8(read_character(), bytes);
  }
  return bytes;
}

std::vector<character_range> gbnf_text::read_class() {
  size_t begin = at_ - 1;
  bool is_negated = take("^");
  std::vector<character_range> ranges;
  while (!take("]")) {
    if (is_at_line_end()) fail_at(begin, "a class's ] is missing");
    uint32_t first = read_character(), last = first;
    if (peek() == '-' && at_ + 1 < text_.size() && text_[at_ + 1] != ']') {
      at_++;
      last = read_character();
    }
    if (last < first) fail_at(begin, "a range of this class ends before it begins");
    ranges.push_back({first, last});
    if (ranges.size() > repetitions_max)
      fail_at(begin, "a class has more than " + std::to_string(repetitions_max) + " ranges");
  }
  return is_negated ? complement(ranges) : ranges;
}

}  // namespace grammars
