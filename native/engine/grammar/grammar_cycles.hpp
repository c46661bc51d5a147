// What would go round without end: rules that can become no text, and rules that begin with themselves. No function
// here calls itself, so no grammar is too deep.
#pragma once

#include <vector>

#include "engine/grammar/grammar_builder.hpp"

namespace grammars {

// Takes out each alternative that can become no text.
void drop_dead(std::vector<open_rule> &rules, const std::vector<byte_set> &sets);

// Throws rule_error for a rule that comes back to itself without a byte while something is left to do: each turn would
// leave one thing more.
void refuse_left_recursion(const std::vector<open_rule> &rules);

}  // namespace grammars
