// One of some texts.
#pragma once

#include "engine/grammar/grammar_builder.hpp"

namespace grammars {

constexpr size_t enumeration_bytes_max = 1 << 16;  // of all texts together

// A rule for each place where texts part, so that what many begin with is looked at once.
symbol enumeration(grammar_builder &builder, const std::vector<std::string> &texts);

}  // namespace grammars
