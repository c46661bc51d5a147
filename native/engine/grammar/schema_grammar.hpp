// The grammar of a JSON Schema. What a schema asks for beyond it is its validator's to say: the grammar never allows
// less than some valid answers, and where it allows more it says so.
#pragma once

#include <optional>
#include <string_view>

#include "engine/grammar/grammar.hpp"

namespace grammars {

constexpr uint32_t schema_depth_max = 64;  // subschemas inside each other, references followed

struct schema_grammar {
  grammar rules;
  bool is_full = false;  // every text of it keeps the schema
};

// Nothing where no grammar holds an answer to this schema: it is larger than a grammar may be, or no text would follow
// it.
std::optional<schema_grammar> schema_grammar_of(std::string_view schema);

}  // namespace grammars
