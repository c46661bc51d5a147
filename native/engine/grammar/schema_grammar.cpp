#include "engine/grammar/schema_grammar.hpp"

#include <algorithm>

#include "engine/grammar/enumeration.hpp"
#include "engine/grammar/schema_converter.hpp"

namespace grammars {
namespace {

// Keywords that assert something, with the type they speak of.
struct keyword_row {
  std::string_view name, type;
};

constexpr keyword_row keywords[] = {
    {"$ref", ""},
    {"$dynamicRef", ""},
    {"type", ""},
    {"const", ""},
    {"enum", ""},
    {"allOf", ""},
    {"anyOf", ""},
    {"oneOf", ""},
    {"not", ""},
    {"if", ""},
    {"then", ""},
    {"else", ""},
    {"properties", "object"},
    {"required", "object"},
    {"additionalProperties", "object"},
    {"patternProperties", "object"},
    {"propertyNames", "object"},
    {"minProperties", "object"},
    {"maxProperties", "object"},
    {"dependencies", "object"},
    {"dependentRequired", "object"},
    {"dependentSchemas", "object"},
    {"unevaluatedProperties", "object"},
    {"items", "array"},
    {"prefixItems", "array"},
    {"additionalItems", "array"},
    {"minItems", "array"},
    {"maxItems", "array"},
    {"uniqueItems", "array"},
    {"contains", "array"},
    {"minContains", "array"},
    {"maxContains", "array"},
    {"unevaluatedItems", "array"},
    {"minLength", "string"},
    {"maxLength", "string"},
    {"pattern", "string"},
    {"minimum", "number"},
    {"maximum", "number"},
    {"exclusiveMinimum", "number"},
    {"exclusiveMaximum", "number"},
    {"multipleOf", "number"},
};

const keyword_row *keyword_of(std::string_view name) {
  const auto *found =
      std::find_if(std::begin(keywords), std::end(keywords), [&](auto &row) { return row.name == name; });
  return found == std::end(keywords) ? nullptr : found;
}

bool is_type(json_kind kind, const std::string &type, std::string_view text) {
  switch (kind) {
    case JSON_NULL:
      return type == "null";
    case JSON_FALSE:
    case JSON_TRUE:
      return type == "boolean";
    case JSON_NUMBER:
      return type == "number" || (type == "integer" && text.find_first_of(".eE") == std::string_view::npos);
    case JSON_STRING:
      return type == "string";
    case JSON_ARRAY:
      return type == "array";
    case JSON_OBJECT:
      return type == "object";
    case JSON_ABSENT:
      break;
  }
  return false;
}

}  // namespace

schema_converter::schema_converter(grammar_builder &builder, std::string_view schema)
    : builder_(builder), pieces_(builder), document_(schema) {
  std::optional<json_node> dialect = document_.member(schema_document::root, "$schema");
  is_draft7_ = dialect && document_.string(*dialect).find("draft-07") != std::string_view::npos;
  size_t first = schema.find("\"$id\"");
  has_bases_ = first != std::string_view::npos && schema.find("\"$id\"", first + 1) != std::string_view::npos;
}

symbol schema_converter::partial(symbol of) {
  is_partial_ = true;
  return of;
}

// Names that the model makes up may come twice, which JSON allows and the validator does not.
symbol schema_converter::anything() {
  return partial(pieces_.any_value());
}

symbol schema_converter::inside(json_node schema) {
  std::set<json_node> outer;
  std::swap(outer, path_);
  symbol made = beside(schema);
  std::swap(outer, path_);
  return made;
}

symbol schema_converter::beside(json_node schema) {
  if (path_.count(schema) > 0) return anything();  // it refers to itself
  auto known = made_.find(schema);
  if (known != made_.end()) return known->second;
  if (depth_ == schema_depth_max) return anything();
  uint32_t rule = builder_.add_rule();
  symbol made = made_[schema] = symbol::of(symbol_kind::rule, rule);
  auto entered = path_.insert(schema).first;
  depth_++;
  builder_.add(rule, {convert(schema)});
  depth_--;
  path_.erase(entered);
  return made;
}

std::vector<std::string_view> schema_converter::assertions(json_node schema) const {
  std::vector<std::string_view> out;
  for (auto [name, value] : document_.members(schema)) {
    const keyword_row *row = keyword_of(document_.string(name));
    if (row != nullptr) out.push_back(row->name);
  }
  return out;
}

bool schema_converter::is_alone(json_node schema, std::string_view keyword) const {
  std::vector<std::string_view> all = assertions(schema);
  return all.size() == 1 && all[0] == keyword;
}

symbol schema_converter::convert(json_node schema) {
  if (document_.kind(schema) == JSON_FALSE) return builder_.choice({});
  if (document_.kind(schema) != JSON_OBJECT) return anything();
  auto has = [&](std::string_view name) { return document_.member(schema, name); };
  for (std::string_view unheld :
       {"not", "if", "$dynamicRef", "dependencies", "dependentRequired", "dependentSchemas"}) {
    if (has(unheld)) is_partial_ = true;
  }
  if (auto target = has("$ref")) return reference(schema, *target);
  if (has("const") || has("enum")) return literals(schema);
  if (auto all = has("allOf")) return all_of(schema, *all);
  for (std::string_view keyword : {"anyOf", "oneOf"}) {
    if (has(keyword)) return alternatives(schema, keyword);
  }
  return by_types(schema);
}

symbol schema_converter::reference(json_node schema, json_node target_text) {
  if (!is_draft7_ && !is_alone(schema, "$ref")) is_partial_ = true;
  std::optional<json_node> target;
  if (!has_bases_) target = document_.resolve(document_.string(target_text));
  return target ? beside(*target) : anything();
}

symbol schema_converter::literals(json_node schema) {
  std::optional<json_node> constant = document_.member(schema, "const"), all = document_.member(schema, "enum");
  std::vector<json_node> values = constant ? std::vector<json_node>{*constant} : document_.elements(*all);
  std::set<std::string> types = types_of(schema);
  for (std::string_view other : assertions(schema)) {
    if (other != "const" && other != "type" && (other != "enum" || constant)) is_partial_ = true;
  }
  std::vector<std::string> texts;
  size_t size = 0;
  for (json_node value : values) {
    std::string text = document_.compact(value);
    bool fits = types.empty() || std::any_of(types.begin(), types.end(), [&](const std::string &type) {
                  return is_type(document_.kind(value), type, text);
                });
    if (!fits) continue;
    size += text.size();
    texts.push_back(std::move(text));
  }
  if (size > enumeration_bytes_max) return partial(by_types(schema));
  return enumeration(builder_, texts);
}

bool schema_converter::have_types_of_their_own(const std::vector<json_node> &schemas) const {
  std::set<std::string> seen;
  for (json_node schema : schemas) {
    if (document_.kind(schema) != JSON_OBJECT || !document_.member(schema, "type")) return false;
    for (const std::string &type : types_of(schema)) {
      if (!seen.insert(type == "integer" ? "number" : type).second) return false;
    }
  }
  return true;
}

symbol schema_converter::alternatives(json_node schema, std::string_view keyword) {
  std::vector<json_node> all = document_.elements(*document_.member(schema, keyword));
  if (keyword == "oneOf" && !have_types_of_their_own(all)) is_partial_ = true;
  if (!is_alone(schema, keyword)) {
    is_partial_ = true;
    if (document_.member(schema, "properties") || document_.member(schema, "items")) return by_types(schema);
  }
  std::vector<symbol_row> rows;
  for (json_node one : all) rows.push_back({beside(one)});
  return builder_.choice(std::move(rows));
}

// One schema alone is that schema. Several speak of an object that has what any of them says.
symbol schema_converter::all_of(json_node schema, json_node all) {
  std::vector<json_node> schemas = document_.elements(all);
  if (schemas.size() == 1 && is_alone(schema, "allOf")) return beside(schemas[0]);
  object_shape shape;
  collect_all(schema, shape, 0);
  if (!shape.properties.empty()) return members_of(shape);
  is_partial_ = true;
  return schemas.empty() || document_.member(schema, "type") ? by_types(schema) : beside(schemas[0]);
}

std::set<std::string> schema_converter::types_of(json_node schema) const {
  std::set<std::string> types;
  std::optional<json_node> type = document_.member(schema, "type");
  if (!type) return types;
  for (json_node one : document_.elements(*type)) types.emplace(document_.string(one));
  if (document_.kind(*type) == JSON_STRING) types.emplace(document_.string(*type));
  return types;
}

// Without a type, those that the keywords speak of.
symbol schema_converter::by_types(json_node schema) {
  std::set<std::string> types = types_of(schema);
  if (types.empty()) {
    for (std::string_view name : assertions(schema)) types.emplace(keyword_of(name)->type);
    types.erase("");
  }
  if (types.count("number") > 0) types.erase("integer");
  if (types.empty()) return anything();
  std::vector<symbol_row> rows;
  for (const std::string &type : types) rows.push_back({of_type(schema, type)});
  return builder_.choice(std::move(rows));
}

symbol schema_converter::of_type(json_node schema, const std::string &type) {
  if (type == "object") return object_of(schema);
  if (type == "array") return array_of(schema);
  if (type == "string") return string_of(schema);
  if (type == "number" || type == "integer") return number_of(schema, type == "integer");
  if (type == "boolean") return builder_.choice({builder_.text("true"), builder_.text("false")});
  if (type == "null") return pieces_.word("null");
  return builder_.choice({});
}

std::optional<schema_grammar> schema_grammar_of(std::string_view schema) {
  try {
    grammar_builder builder;
    schema_converter converter(builder, schema);
    uint32_t root = builder.add_rule();
    builder.add(root, {converter.root()});
    schema_grammar made;
    made.rules = builder.finish(root);
    made.is_full = converter.is_full();
    return made;
  } catch (const grammar_error &) {
    return std::nullopt;
  }
}

}  // namespace grammars
