// Objects: the properties in the schema's order, those that are required always, the others or not.
#include <algorithm>
#include <utility>

#include "engine/grammar/schema_converter.hpp"
#include "engine/grammar/schema_grammar.hpp"

namespace grammars {

constexpr uint32_t collected_max = 1000;  // schemas that one object is put together from

bool schema_converter::object_shape::add(const property &added) {
  bool is_new = names.insert(added.name).second;
  if (is_new) properties.push_back(added);
  return is_new;
}

void schema_converter::collect(json_node schema, object_shape &shape) {
  for (std::string_view unheld : {"patternProperties", "propertyNames"}) {
    if (document_.member(schema, unheld)) is_partial_ = true;
  }
  if (std::optional<json_node> properties = document_.member(schema, "properties")) {
    for (auto [name, value] : document_.members(*properties)) {
      bool is_new = shape.add({std::string(document_.string(name)), document_.compact(name), value});
      if (!is_new) is_partial_ = true;  // both schemas speak of it
    }
  }
  if (std::optional<json_node> required = document_.member(schema, "required")) {
    for (json_node name : document_.elements(*required)) {
      shape.required.emplace(document_.string(name));
      shape.add({std::string(document_.string(name)), document_.compact(name), std::nullopt});
    }
  }
  for (std::string_view rest : {"additionalProperties", "unevaluatedProperties"}) {
    if (!shape.additional) shape.additional = document_.member(schema, rest);
  }
}

// What a schema, those that it refers to and those in its allOf say of an object.
void schema_converter::collect_all(json_node schema, object_shape &shape, uint32_t depth) {
  if (depth == schema_depth_max || ++shape.collected > collected_max || document_.kind(schema) != JSON_OBJECT) {
    is_partial_ = true;
    return;
  }
  shape.additional.reset();
  collect(schema, shape);
  if (shape.additional && document_.kind(*shape.additional) != JSON_TRUE) is_partial_ = true;
  for (std::string_view keyword : assertions(schema)) {
    json_node value = *document_.member(schema, keyword);
    if (keyword == "allOf") {
      for (json_node one : document_.elements(value)) collect_all(one, shape, depth + 1);
    } else if (keyword == "$ref") {
      std::optional<json_node> target = has_bases_ ? std::nullopt : document_.resolve(document_.string(value));
      if (target) collect_all(*target, shape, depth + 1);
      if (!target) is_partial_ = true;
    } else if (keyword == "type") {
      if (types_of(schema) != std::set<std::string>{"object"}) is_partial_ = true;
    } else if (keyword != "properties" && keyword != "required" && keyword != "additionalProperties") {
      is_partial_ = true;
    }
  }
}

symbol schema_converter::object_of(json_node schema) {
  object_shape shape;
  collect(schema, shape);
  counts size = counts_of(schema, "minProperties", "maxProperties");
  bool is_closed = shape.additional && document_.kind(*shape.additional) == JSON_FALSE;
  if (shape.properties.empty() && !is_closed) {
    if (size.least > 0 || size.most != endless) is_partial_ = true;
    return partial(pieces_.any_object(shape.additional ? inside(*shape.additional) : pieces_.any_value()));
  }
  if (size.least > shape.required.size() || size.most < shape.properties.size()) is_partial_ = true;
  return members_of(shape);
}

// Two rules for each property: one for an object in which nothing stands yet, one for where a comma comes first.
symbol schema_converter::members_of(const object_shape &shape) {
  symbol blank = pieces_.blank();
  symbol first = builder_.choice({{}}), later = first;
  for (auto at = shape.properties.rbegin(); at != shape.properties.rend(); ++at) {
    std::optional<json_node> value = at->schema ? at->schema : shape.additional;
    symbol_row member = builder_.text(at->spelled + ":");
    member.insert(member.end(), {blank, value ? inside(*value) : anything(), blank, later});
    symbol_row behind = builder_.text(",");
    behind.push_back(blank);
    behind.insert(behind.end(), member.begin(), member.end());
    std::vector<symbol_row> firsts = {member}, laters = {behind};
    if (shape.required.count(at->name) == 0) {
      firsts.push_back({first});
      laters.push_back({later});
    }
    first = builder_.choice(std::move(firsts));
    later = builder_.choice(std::move(laters));
  }
  symbol_row row = builder_.text("{");
  row.insert(row.end(), {blank, first});
  builder_.append_text("}", row);
  return builder_.choice({row});
}

}  // namespace grammars
