#include "engine/grammar/grammar_builder.hpp"

#include "engine/grammar/grammar_cycles.hpp"

namespace grammars {

void grammar_builder::count(size_t symbols) {
  symbol_count_ += symbols;
  if (symbol_count_ <= symbols_max) return;
  throw grammar_error("it has more than " + std::to_string(symbols_max) + " symbols");
}

uint32_t grammar_builder::add_rule() {
  count(1);
  rules_.emplace_back();
  return static_cast<uint32_t>(rules_.size() - 1);
}

void grammar_builder::add(uint32_t rule, symbol_row alternative) {
  count(alternative.size() + 1);
  rules_[rule].alternatives.push_back(std::move(alternative));
}

symbol grammar_builder::choice(std::vector<symbol_row> rows) {
  uint32_t rule = add_rule();
  for (symbol_row &row : rows) add(rule, std::move(row));
  return symbol::of(symbol_kind::rule, rule);
}

symbol grammar_builder::bytes(const byte_set &set) {
  auto [found, is_new] = set_numbers_.try_emplace(set, static_cast<uint32_t>(sets_.size()));
  if (is_new) sets_.push_back(set);
  return symbol::of(symbol_kind::bytes, found->second);
}

symbol grammar_builder::character(const std::vector<character_range> &ranges) {
  std::vector<character_range> wanted = normalized(ranges);
  std::string key(reinterpret_cast<const char *>(wanted.data()), wanted.size() * sizeof(character_range));
  auto known = characters_.find(key);
  if (known != characters_.end()) return known->second;
  byte_set single;
  std::vector<symbol_row> rows;
  for (character_range range : wanted) {
    std::vector<byte_ranges> spellings;
    append_spellings(range, spellings);
    for (const byte_ranges &spelling : spellings) {
      symbol_row row;
      for (auto [first, last] : spelling) {
        byte_set place;
        for (unsigned byte = first; byte <= last; byte++) place.set(byte);
        if (spelling.size() == 1) single |= place;
        row.push_back(bytes(place));
      }
      if (spelling.size() > 1) rows.push_back(row);
    }
  }
  symbol made = bytes(single);
  if (!rows.empty()) {
    if (single.any()) rows.push_back({made});
    made = choice(std::move(rows));
  }
  characters_.emplace(key, made);
  return made;
}

void grammar_builder::append_text(std::string_view text, symbol_row &out) {
  count(text.size());
  for (char byte : text) out.push_back(bytes(byte_set().set(static_cast<uint8_t>(byte))));
  symbol_count_ -= text.size();  // counted again with its alternative
}

symbol_row grammar_builder::text(std::string_view text) {
  symbol_row row;
  append_text(text, row);
  return row;
}

symbol grammar_builder::repeated(symbol what, uint32_t least, uint32_t most) {
  if (least > repetitions_max || (most != endless && most > repetitions_max)) {
    throw grammar_error("a repetition goes beyond " + std::to_string(repetitions_max));
  }
  if (most < least) return choice({});
  symbol_row row(least, what);
  if (most == endless) {
    uint32_t more = add_rule();
    add(more, {what, symbol::of(symbol_kind::rule, more)});
    add(more, {});
    row.push_back(symbol::of(symbol_kind::rule, more));
    return choice({row});
  }
  symbol rest = {};
  for (uint32_t i = least; i < most; i++) {
    rest = i == least ? choice({{what}, {}}) : choice({{what, rest}, {}});
  }
  if (most > least) row.push_back(rest);
  return choice({row});
}

grammar grammar_builder::finish(uint32_t root) {
  drop_dead(rules_, sets_);
  if (is_empty(root)) throw grammar_error("no text follows it");
  refuse_left_recursion(rules_);
  grammar made;
  made.sets = std::move(sets_);
  made.root = root;
  for (const open_rule &rule : rules_) {
    made.rule_starts.push_back(static_cast<uint32_t>(made.starts.size()));
    for (const symbol_row &row : rule.alternatives) {
      made.starts.push_back(static_cast<uint32_t>(made.symbols.size()));
      made.symbols.insert(made.symbols.end(), row.begin(), row.end());
      made.symbols.push_back({});
    }
  }
  made.rule_starts.push_back(static_cast<uint32_t>(made.starts.size()));
  return made;
}

}  // namespace grammars
