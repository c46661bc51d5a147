// A JSON text as a tree of values that are known by number.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

extern "C" {
#include "schema/json_tape.h"
}

namespace grammars {

using json_node = uint32_t;

class schema_document {
 public:
  // Throws grammar_error for what is no JSON.
  explicit schema_document(std::string_view text);
  ~schema_document();
  schema_document(const schema_document &) = delete;
  schema_document &operator=(const schema_document &) = delete;

  static constexpr json_node root = 0;

  json_kind kind(json_node value) const {
    return tape_.nodes[value].kind;
  }
  std::optional<json_node> member(json_node object, std::string_view name) const;
  // Names and values of an object.
  std::vector<std::pair<json_node, json_node>> members(json_node object) const;
  std::vector<json_node> elements(json_node array) const;
  std::string_view string(json_node value) const;  // its characters
  std::string compact(json_node value) const;      // its JSON without blanks
  std::optional<double> number(json_node value) const;

  // What a reference means that is a JSON pointer into this document, such as "#/$defs/item"; nothing for others.
  std::optional<json_node> resolve(std::string_view reference) const;

 private:
  std::optional<json_node> step(json_node from, const std::string &token) const;

  json_tape tape_;
};

}  // namespace grammars
