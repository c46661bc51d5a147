// A string that keeps a pattern.
#pragma once

#include <optional>
#include <string_view>

#include "engine/grammar/json_pieces.hpp"

namespace grammars {

// Nothing for a pattern with what no grammar holds: word borders, anchors inside it, too many repetitions.
std::optional<symbol> string_with_pattern(grammar_builder &builder, json_pieces &pieces, std::string_view pattern);

}  // namespace grammars
