// What a text may be, as rules over bytes: a rule is one of its alternatives, an alternative a row of symbols.
#pragma once

#include <bitset>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <vector>

namespace grammars {

constexpr size_t symbols_max = 1 << 18;   // of one grammar
constexpr size_t repetitions_max = 2000;  // a bound beyond is refused, or left to the validator
constexpr uint32_t endless = UINT32_MAX;  // for the upper bound of a repetition

using byte_set = std::bitset<256>;

enum class symbol_kind : uint32_t { end, bytes, rule };

// A set of bytes, one of which stands here; a rule; or the end of an alternative.
struct symbol {
  uint32_t value = 0;

  static symbol of(symbol_kind kind, uint32_t index) {
    return {static_cast<uint32_t>(kind) << 30 | index};
  }
  symbol_kind kind() const {
    return static_cast<symbol_kind>(value >> 30);
  }
  uint32_t index() const {
    return value & 0x3fffffff;
  }
};

using symbol_row = std::vector<symbol>;

// Says what is wrong with a grammar; nobody's fault but the caller's.
struct grammar_error : std::runtime_error {
  using std::runtime_error::runtime_error;
};

// The same of a rule, whose place only its reader knows.
struct rule_error : grammar_error {
  rule_error(uint32_t which, const std::string &message) : grammar_error(message), rule(which) {
  }
  uint32_t rule;
};

// Finished: every alternative can become a text, and no rule comes back to itself without a byte and with something
// left to do. `starts` has the first symbol of each alternative, those of a rule side by side.
struct grammar {
  symbol_row symbols;
  std::vector<uint32_t> starts;
  std::vector<uint32_t> rule_starts;  // where in `starts` each rule's are; one more at the end
  std::vector<byte_set> sets;
  uint32_t root = 0;
};

}  // namespace grammars
