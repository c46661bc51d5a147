#include "engine/grammar/enumeration.hpp"

#include <map>

namespace grammars {

symbol enumeration(grammar_builder &builder, const std::vector<std::string> &texts) {
  struct fork {
    std::map<char, size_t> next;
    bool may_end = false;
  };
  std::vector<fork> forks(1);
  for (const std::string &text : texts) {
    size_t at = 0;
    for (char byte : text) {
      auto [found, is_new] = forks[at].next.try_emplace(byte, forks.size());
      at = found->second;
      if (is_new) forks.emplace_back();
    }
    forks[at].may_end = true;
  }
  std::vector<uint32_t> rules;
  for (size_t i = 0; i < forks.size(); i++) rules.push_back(builder.add_rule());
  for (size_t i = 0; i < forks.size(); i++) {
    if (forks[i].may_end) builder.add(rules[i], {});
    for (auto [byte, next] : forks[i].next) {
      symbol_row row = builder.text({&byte, 1});
      row.push_back(symbol::of(symbol_kind::rule, rules[next]));
      builder.add(rules[i], std::move(row));
    }
  }
  return symbol::of(symbol_kind::rule, rules[0]);
}

}  // namespace grammars
