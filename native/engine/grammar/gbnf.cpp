#include "engine/grammar/gbnf.hpp"

#include <map>

#include "engine/grammar/gbnf_text.hpp"
#include "engine/grammar/grammar_builder.hpp"

namespace grammars {
namespace {

constexpr uint32_t groups_max = 64;  // inside each other

class reader {
 public:
  explicit reader(std::string_view text) : text_(text) {
  }

  grammar read() {
    if (text_.take("%llguidance")) text_.fail_at(0, "%llguidance is another notation than GBNF, and not supported");
    text_.skip(true);
    while (!text_.is_at_end()) read_rule();
    for (const auto &[name, known] : rules_) {
      if (!known.is_defined) text_.fail_at(known.used_at, "no rule has the name " + name);
    }
    auto root = rules_.find("root");
    if (root == rules_.end() || !root->second.is_defined) text_.fail("there is no rule with the name root");
    try {
      return builder_.finish(root->second.number);
    } catch (const rule_error &error) {
      for (const auto &[name, known] : rules_) {
        if (known.number == error.rule) text_.fail_at(known.defined_at, "rule " + name + ": " + error.what());
      }
      text_.fail_at(places_.count(error.rule) > 0 ? places_[error.rule] : 0, error.what());
    } catch (const grammar_error &error) {
      text_.fail_at(root->second.defined_at, error.what());
    }
  }

 private:
  struct rule {
    uint32_t number = 0;
    bool is_defined = false;
    size_t defined_at = 0, used_at = 0;
  };

  rule &rule_of(const std::string &name) {
    auto [found, is_new] = rules_.try_emplace(name);
    if (is_new) found->second.number = builder_.add_rule();
    return found->second;
  }

  void read_rule() {
    size_t begin = text_.at();
    std::string name = text_.read_name();
    text_.skip(false);
    if (!text_.take("::=")) text_.fail("::= is missing behind the name " + name);
    rule &made = rule_of(name);
    if (made.is_defined) text_.fail_at(begin, "there is a rule with the name " + name + " already");
    made.is_defined = true;
    made.defined_at = begin;
    uint32_t number = made.number;
    text_.skip(true);
    read_alternatives(number, 0);
    if (!text_.is_at_line_end()) text_.fail("the rule " + name + " cannot go on like this");
    text_.skip(true);
  }

  void read_alternatives(uint32_t into, uint32_t depth) {
    builder_.add(into, read_row(depth));
    while (text_.take("|")) {
      text_.skip(true);
      builder_.add(into, read_row(depth));
    }
  }

  symbol_row read_row(uint32_t depth) {
    symbol_row row;
    size_t last = SIZE_MAX;  // where the item begins that a repetition would repeat
    for (;;) {
      size_t begin = row.size(), place = text_.at();
      if (text_.take("\"")) {
        builder_.append_text(text_.read_literal(), row);
      } else if (text_.take("[")) {
        row.push_back(builder_.character(text_.read_class()));
      } else if (text_.take(".")) {
        row.push_back(builder_.character({{0, character_max}}));
      } else if (text_.take("(")) {
        row.push_back(read_group(depth));
      } else if (text_.is_at_name()) {
        rule &used = rule_of(text_.read_name());
        if (used.used_at == 0) used.used_at = place;
        row.push_back(symbol::of(symbol_kind::rule, used.number));
      } else if (!read_repetition(row, last)) {
        if (text_.peek() == '<' || text_.peek() == '!') text_.fail("tokens by name or number are not supported");
        return row;
      } else {
        begin = last;
      }
      last = begin;
      text_.skip(depth > 0);
    }
  }

  symbol read_group(uint32_t depth) {
    if (depth == groups_max) text_.fail("more than " + std::to_string(groups_max) + " groups inside each other");
    text_.skip(true);
    uint32_t group = builder_.add_rule();
    places_.emplace(group, text_.at());
    read_alternatives(group, depth + 1);
    if (!text_.take(")")) text_.fail("a group's ) is missing here");
    return symbol::of(symbol_kind::rule, group);
  }

  void read_bounds(uint32_t &least, uint32_t &most) {
    text_.skip(true);
    least = most = text_.peek() == ',' ? 0 : text_.read_count();
    if (text_.take(",")) {
      text_.skip(true);
      most = text_.peek() == '}' ? endless : text_.read_count();
    }
    if (!text_.take("}")) text_.fail("a repetition's } is missing here");
    if (most < least) text_.fail("a repetition from " + std::to_string(least) + " to " + std::to_string(most));
  }

  bool read_repetition(symbol_row &row, size_t last) {
    size_t place = text_.at();
    uint32_t least = 0, most = endless;
    if (text_.take("+")) {
      least = 1;
    } else if (text_.take("?")) {
      most = 1;
    } else if (text_.take("{")) {
      read_bounds(least, most);
    } else if (!text_.take("*")) {
      return false;
    }
    if (last == SIZE_MAX) text_.fail_at(place, "nothing stands before this repetition");
    symbol_row item(row.begin() + static_cast<ptrdiff_t>(last), row.end());
    row.resize(last);
    symbol what = item.size() == 1 ? item[0] : builder_.choice({item});
    symbol made = builder_.repeated(what, least, most);
    places_.emplace(made.index(), place);
    row.push_back(made);
    return true;
  }

  gbnf_text text_;
  grammar_builder builder_;
  std::map<std::string, rule> rules_;
  std::map<uint32_t, size_t> places_;  // of rules that have no name
};

}  // namespace

grammar gbnf_read(std::string_view text) {
  return reader(text).read();
}

}  // namespace grammars
