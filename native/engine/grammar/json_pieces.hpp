// The pieces of JSON that grammars of schemas are made of.
#pragma once

#include <optional>

#include "engine/grammar/grammar_builder.hpp"

namespace grammars {

class json_pieces {
 public:
  explicit json_pieces(grammar_builder &builder) : builder_(builder) {
  }

  symbol blank();      // at most one line end and a few blanks
  symbol any_value();  // with names that may come twice
  symbol any_string();
  symbol string(symbol characters);
  symbol any_number();
  symbol any_integer();
  symbol any_object(symbol value);
  symbol any_array(symbol value);

  // One character of a string, as JSON spells it.
  symbol string_character();
  symbol spelled(const std::vector<character_range> &ranges);

  symbol word(std::string_view text);

 private:
  symbol once(std::optional<symbol> &known, symbol (json_pieces::*make)());
  symbol make_blank();
  symbol make_string_character();
  symbol make_string();
  symbol make_number();
  symbol make_integer();
  symbol digits(uint32_t least, uint32_t most);

  grammar_builder &builder_;
  std::optional<symbol> blank_, character_, string_, number_, integer_, value_;
};

}  // namespace grammars
