// Makes rules of a schema, subschema by subschema.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "engine/grammar/grammar_builder.hpp"
#include "engine/grammar/json_pieces.hpp"
#include "engine/grammar/schema_document.hpp"

namespace grammars {

class schema_converter {
 public:
  schema_converter(grammar_builder &builder, std::string_view schema);

  symbol root() {
    return inside(schema_document::root);
  }
  bool is_full() const {
    return !is_partial_;
  }

 private:
  // What an object may hold, put together from all that speaks of it.
  struct object_shape {
    struct property {
      std::string name;     // its characters
      std::string spelled;  // as JSON
      std::optional<json_node> schema;
    };
    std::vector<property> properties;
    std::set<std::string> required;
    std::set<std::string> names;
    std::optional<json_node> additional;
    uint32_t collected = 0;
    bool add(const property &added);  // false if there is one of its name
  };
  struct counts {
    uint32_t least = 0, most = endless;
  };

  // schema_grammar.cpp
  symbol inside(json_node schema);  // of a value inside another one: a new beginning for references
  symbol beside(json_node schema);  // of the same value
  symbol convert(json_node schema);
  std::vector<std::string_view> assertions(json_node schema) const;
  bool is_alone(json_node schema, std::string_view keyword) const;
  symbol reference(json_node schema, json_node target_text);
  symbol literals(json_node schema);
  symbol alternatives(json_node schema, std::string_view keyword);
  bool have_types_of_their_own(const std::vector<json_node> &schemas) const;
  symbol all_of(json_node schema, json_node all);
  std::set<std::string> types_of(json_node schema) const;
  symbol by_types(json_node schema);
  symbol of_type(json_node schema, const std::string &type);
  symbol anything();
  symbol partial(symbol of);

  // schema_values.cpp
  symbol string_of(json_node schema);
  symbol number_of(json_node schema, bool is_integer);
  symbol array_of(json_node schema);
  counts counts_of(json_node schema, std::string_view least, std::string_view most);

  // schema_object.cpp
  symbol object_of(json_node schema);
  void collect(json_node schema, object_shape &shape);
  void collect_all(json_node schema, object_shape &shape, uint32_t depth);
  symbol members_of(const object_shape &shape);

  grammar_builder &builder_;
  json_pieces pieces_;
  schema_document document_;
  std::map<json_node, symbol> made_;
  std::set<json_node> path_;  // of schemas that speak of the same value
  uint32_t depth_ = 0;
  bool is_draft7_ = false, has_bases_ = false, is_partial_ = false;
};

}  // namespace grammars
