// Puts a grammar together.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <unordered_map>

#include "engine/grammar/character_bytes.hpp"
#include "engine/grammar/grammar.hpp"

namespace grammars {

// A rule while it is put together.
struct open_rule {
  std::vector<symbol_row> alternatives;
};

class grammar_builder {
 public:
  // A new rule without alternatives, which is no text at all.
  uint32_t add_rule();
  void add(uint32_t rule, symbol_row alternative);

  // A rule of its own that is one of the rows.
  symbol choice(std::vector<symbol_row> rows);

  symbol bytes(const byte_set &set);
  symbol character(const std::vector<character_range> &ranges);
  void append_text(std::string_view text, symbol_row &out);
  symbol_row text(std::string_view text);

  // `what`, from `least` to `most` times. Throws grammar_error beyond repetitions_max.
  symbol repeated(symbol what, uint32_t least, uint32_t most);

  bool is_empty(uint32_t rule) const {
    return rules_[rule].alternatives.empty();
  }

  // Leaves out what can become no text. Throws rule_error for a rule that comes back to itself without a byte, and
  // grammar_error if the root can become no text.
  grammar finish(uint32_t root);

 private:
  void count(size_t symbols);

  std::vector<open_rule> rules_;
  std::vector<byte_set> sets_;
  std::unordered_map<byte_set, uint32_t> set_numbers_;
  std::map<std::string, symbol> characters_;
  size_t symbol_count_ = 0;
};

}  // namespace grammars
