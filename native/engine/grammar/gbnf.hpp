// Reads a grammar in GBNF, the notation of llama.cpp: literals, classes, rules, groups, alternatives, repetitions.
#pragma once

#include <string_view>

#include "engine/grammar/grammar.hpp"

namespace grammars {

// Throws grammar_error, whose message begins with line and column. What stands for tokens (`<name>`, `<[7]>`) and other
// notations (`%llguidance`) are refused.
grammar gbnf_read(std::string_view text);

}  // namespace grammars
