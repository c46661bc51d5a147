#include "engine/grammar/json_pieces.hpp"

#include <algorithm>
#include <cstdio>
#include <string>

namespace grammars {
namespace {

constexpr uint32_t blanks_max = 16;  // side by side
constexpr uint32_t digits_max = 15;  // of an integer, so that a double holds it
constexpr uint32_t fraction_digits_max = 15;

byte_set set_of(std::string_view bytes) {
  byte_set set;
  for (char byte : bytes) set.set(static_cast<uint8_t>(byte));
  return set;
}

std::string escape_of(uint32_t control) {
  switch (control) {
    case '\b':
      return "\\b";
    case '\t':
      return "\\t";
    case '\n':
      return "\\n";
    case '\f':
      return "\\f";
    case '\r':
      return "\\r";
    default:
      break;
  }
  char text[8];
  std::snprintf(text, sizeof text, "\\u%04x", static_cast<unsigned>(control & 0x1f));
  return text;
}

}  // namespace

symbol json_pieces::once(std::optional<symbol> &known, symbol (json_pieces::*make)()) {
  if (!known) known = (this->*make)();
  return *known;
}

symbol json_pieces::make_blank() {
  symbol space = builder_.bytes(set_of(" "));
  symbol indent = builder_.repeated(space, 0, blanks_max);
  return builder_.choice({{}, {space}, {builder_.bytes(set_of("\n")), indent}});
}

symbol json_pieces::make_string_character() {
  return spelled({{0, character_max}});
}

symbol json_pieces::string(symbol characters) {
  symbol_row row = builder_.text("\"");
  row.push_back(characters);
  builder_.append_text("\"", row);
  return builder_.choice({row});
}

symbol json_pieces::make_string() {
  return string(builder_.repeated(string_character(), 0, endless));
}

symbol json_pieces::digits(uint32_t least, uint32_t most) {
  return builder_.repeated(builder_.bytes(set_of("0123456789")), least, most);
}

symbol json_pieces::make_integer() {
  symbol sign = builder_.choice({{}, builder_.text("-")});
  symbol whole =
      builder_.choice({builder_.text("0"), {builder_.bytes(set_of("123456789")), digits(0, digits_max - 1)}});
  return builder_.choice({{sign, whole}});
}

symbol json_pieces::make_number() {
  symbol_row fraction = builder_.text("."), exponent = {builder_.bytes(set_of("eE"))};
  fraction.push_back(digits(1, fraction_digits_max));
  exponent.push_back(builder_.choice({{}, {builder_.bytes(set_of("+-"))}}));
  exponent.push_back(digits(1, 2));
  return builder_.choice({{any_integer(), builder_.choice({{}, fraction}), builder_.choice({{}, exponent})}});
}

symbol json_pieces::blank() {
  return once(blank_, &json_pieces::make_blank);
}

symbol json_pieces::string_character() {
  return once(character_, &json_pieces::make_string_character);
}

symbol json_pieces::any_string() {
  return once(string_, &json_pieces::make_string);
}

symbol json_pieces::any_number() {
  return once(number_, &json_pieces::make_number);
}

symbol json_pieces::any_integer() {
  return once(integer_, &json_pieces::make_integer);
}

symbol json_pieces::word(std::string_view text) {
  return builder_.choice({builder_.text(text)});
}

// Characters that JSON wants escaped are escaped, in one way each; others stand for themselves.
symbol json_pieces::spelled(const std::vector<character_range> &ranges) {
  const std::vector<character_range> plain = {{0x20, 0x21}, {0x23, 0x5b}, {0x5d, character_max}};
  std::vector<character_range> raw;
  std::vector<symbol_row> rows;
  for (character_range range : normalized(ranges)) {
    for (character_range part : plain) {
      uint32_t first = std::max(range.first, part.first), last = std::min(range.last, part.last);
      if (first <= last) raw.push_back({first, last});
    }
    auto has = [&](uint32_t character) { return range.first <= character && character <= range.last; };
    for (uint32_t character = 0; character < 0x20; character++) {
      if (has(character)) rows.push_back(builder_.text(escape_of(character)));
    }
    if (has('"')) rows.push_back(builder_.text("\\\""));
    if (has('\\')) rows.push_back(builder_.text("\\\\"));
  }
  if (!raw.empty()) rows.push_back({builder_.character(raw)});
  return builder_.choice(std::move(rows));
}

symbol json_pieces::any_object(symbol value) {
  symbol_row member = {any_string(), blank()};
  builder_.append_text(":", member);
  member.insert(member.end(), {blank(), value, blank()});
  symbol_row next = builder_.text(",");
  next.push_back(blank());
  next.insert(next.end(), member.begin(), member.end());
  member.push_back(builder_.repeated(builder_.choice({next}), 0, endless));
  symbol_row row = builder_.text("{");
  row.push_back(blank());
  row.push_back(builder_.choice({{}, member}));
  builder_.append_text("}", row);
  return builder_.choice({row});
}

symbol json_pieces::any_array(symbol value) {
  symbol_row item = {value, blank()};
  symbol_row next = builder_.text(",");
  next.insert(next.end(), {blank(), value, blank()});
  item.push_back(builder_.repeated(builder_.choice({next}), 0, endless));
  symbol_row row = builder_.text("[");
  row.push_back(blank());
  row.push_back(builder_.choice({{}, item}));
  builder_.append_text("]", row);
  return builder_.choice({row});
}

symbol json_pieces::any_value() {
  if (value_) return *value_;
  uint32_t rule = builder_.add_rule();
  value_ = symbol::of(symbol_kind::rule, rule);
  builder_.add(rule, {any_object(*value_)});
  builder_.add(rule, {any_array(*value_)});
  builder_.add(rule, {any_string()});
  builder_.add(rule, {any_number()});
  for (std::string_view text : {"true", "false", "null"}) builder_.add(rule, builder_.text(text));
  return *value_;
}

}  // namespace grammars
