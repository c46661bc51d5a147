// Strings, numbers and arrays.
#include <algorithm>
#include <cmath>

#include "engine/grammar/number_grammar.hpp"
#include "engine/grammar/pattern_grammar.hpp"
#include "engine/grammar/schema_converter.hpp"

namespace grammars {

// Bounds beyond repetitions_max are left to the validator.
schema_converter::counts schema_converter::counts_of(json_node schema, std::string_view least, std::string_view most) {
  auto read = [&](std::string_view name, uint32_t none) {
    std::optional<json_node> value = document_.member(schema, name);
    std::optional<double> number = value ? document_.number(*value) : std::nullopt;
    if (value && number && *number >= 0 && *number <= static_cast<double>(repetitions_max) &&
        *number == std::floor(*number)) {
      return static_cast<uint32_t>(*number);
    }
    if (value) is_partial_ = true;
    return none;
  };
  return {read(least, 0), read(most, endless)};
}

symbol schema_converter::string_of(json_node schema) {
  counts length = counts_of(schema, "minLength", "maxLength");
  bool is_bounded = length.least > 0 || length.most != endless;
  if (std::optional<json_node> pattern = document_.member(schema, "pattern")) {
    if (is_bounded) is_partial_ = true;
    std::optional<symbol> made = string_with_pattern(builder_, pieces_, document_.string(*pattern));
    if (made) return *made;
    is_partial_ = true;
  }
  if (!is_bounded) return pieces_.any_string();
  return pieces_.string(builder_.repeated(pieces_.string_character(), length.least, length.most));
}

symbol schema_converter::number_of(json_node schema, bool is_integer) {
  number_bounds bounds;
  auto read = [&](std::string_view name, bool is_least, bool is_exclusive) {
    std::optional<json_node> value = document_.member(schema, name);
    std::optional<double> number = value ? document_.number(*value) : std::nullopt;
    if (value && !number) is_partial_ = true;
    if (!number) return;
    std::optional<double> &bound = is_least ? bounds.least : bounds.most;
    bool is_tighter = !bound || (is_least ? *number >= *bound : *number <= *bound);
    if (!is_tighter) return;
    bound = number;
    (is_least ? bounds.without_least : bounds.without_most) = is_exclusive;
  };
  read("minimum", true, false);
  read("exclusiveMinimum", true, true);
  read("maximum", false, false);
  read("exclusiveMaximum", false, true);
  if (std::optional<json_node> step = document_.member(schema, "multipleOf")) {
    if (!is_integer || document_.number(*step) != 1) is_partial_ = true;
  }
  bounded_number made =
      is_integer ? integer_between(builder_, pieces_, bounds) : number_between(builder_, pieces_, bounds);
  if (!made.is_exact) is_partial_ = true;
  return made.is;
}

// From the last element back to the first: behind each one either the end or the next may come.
symbol schema_converter::array_of(json_node schema) {
  for (std::string_view unheld : {"uniqueItems", "contains"}) {
    if (document_.member(schema, unheld)) is_partial_ = true;
  }
  counts length = counts_of(schema, "minItems", "maxItems");
  std::optional<json_node> items = document_.member(schema, "items"), prefix = document_.member(schema, "prefixItems");
  if (items && document_.kind(*items) == JSON_ARRAY) {
    prefix = items;
    items = document_.member(schema, "additionalItems");
  }
  std::vector<json_node> first = prefix ? document_.elements(*prefix) : std::vector<json_node>();
  if (!items) items = document_.member(schema, "unevaluatedItems");
  if (first.size() > repetitions_max) return partial(pieces_.any_array(pieces_.any_value()));
  bool is_endless = length.most == endless;
  auto last = static_cast<uint32_t>(std::max<size_t>({first.size(), length.least, 1}));
  if (!is_endless) last = length.most;
  symbol rest = is_endless || last > first.size() ? (items ? inside(*items) : anything()) : builder_.choice({});
  auto element = [&](uint32_t i) { return i < first.size() ? inside(first[i]) : rest; };
  symbol blank = pieces_.blank();
  auto next = [&](symbol is, symbol behind) {
    symbol_row row = builder_.text(",");
    row.insert(row.end(), {blank, is, blank, behind});
    return row;
  };
  symbol behind = builder_.choice({{}});
  if (is_endless) {
    uint32_t more = builder_.add_rule();
    behind = symbol::of(symbol_kind::rule, more);
    builder_.add(more, {});
    builder_.add(more, next(rest, behind));
  }
  for (uint32_t i = last; i-- > 1;) {
    std::vector<symbol_row> rows = {next(element(i), behind)};
    if (i >= length.least) rows.push_back({});
    behind = builder_.choice(std::move(rows));
  }
  std::vector<symbol_row> contents;
  if (length.least == 0) contents.push_back({});
  if (last > 0) contents.push_back({element(0), blank, behind});
  symbol_row row = builder_.text("[");
  row.insert(row.end(), {blank, builder_.choice(std::move(contents))});
  builder_.append_text("]", row);
  return builder_.choice({row});
}

}  // namespace grammars
