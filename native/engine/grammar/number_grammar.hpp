// Numbers between bounds.
#pragma once

#include <optional>

#include "engine/grammar/json_pieces.hpp"

namespace grammars {

struct number_bounds {
  std::optional<double> least, most;
  bool without_least = false, without_most = false;  // the bound itself is left out
};

struct bounded_number {
  symbol is;
  bool is_exact;  // keeps all of the bounds
};

bounded_number integer_between(grammar_builder &builder, json_pieces &pieces, const number_bounds &bounds);
bounded_number number_between(grammar_builder &builder, json_pieces &pieces, const number_bounds &bounds);

}  // namespace grammars
