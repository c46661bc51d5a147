#include "engine/grammar/schema_document.hpp"

#include <algorithm>
#include <charconv>

#include "engine/grammar/character_bytes.hpp"
#include "engine/grammar/grammar.hpp"

extern "C" {
#include "schema/json_feed.h"
}

namespace grammars {
namespace {

std::string percent_decoded(std::string_view text) {
  std::string out;
  for (size_t i = 0; i < text.size(); i++) {
    bool is_escape = text[i] == '%' && i + 2 < text.size() && hexadecimal(text[i + 1]) >= 0;
    if (is_escape && hexadecimal(text[i + 2]) >= 0) {
      out.push_back(static_cast<char>(hexadecimal(text[i + 1]) * 16 + hexadecimal(text[i + 2])));
      i += 2;
    } else {
      out.push_back(text[i]);
    }
  }
  return out;
}

// A part of a JSON pointer.
std::string unescaped(std::string_view token) {
  std::string out;
  for (size_t i = 0; i < token.size(); i++) {
    bool is_escape = token[i] == '~' && i + 1 < token.size();
    if (is_escape) i++;
    out.push_back(!is_escape ? token[i] : token[i] == '0' ? '~' : '/');
  }
  return out;
}

}  // namespace

schema_document::schema_document(std::string_view text) {
  const uint64_t key[2] = {0x243f6a8885a308d3ULL, 0x13198a2e03707344ULL};
  json_tape_begin(&tape_, key);
  tape_.text = text.data();
  tape_.text_size = text.size();
  json_feed feed;
  feed_event event = {};
  event.kind = FEED_VALUE_BEGIN;
  json_feed_begin(&feed, &tape_);
  json_feed_text(&feed, true);
  while (event.kind != FEED_MORE) {
    llmb_status status = json_feed_next(&feed, &event);
    if (status != LLMB_OK || event.kind == FEED_WRONG) {
      json_tape_close(&tape_);
      if (status == LLMB_E_OUT_OF_MEMORY) throw std::bad_alloc();
      throw grammar_error("it is no JSON that can be read");
    }
  }
}

schema_document::~schema_document() {
  json_tape_close(&tape_);
}

std::optional<json_node> schema_document::member(json_node object, std::string_view name) const {
  json_node found = json_tape_member(&tape_, object, name.data(), name.size());
  if (found == TAPE_NONE) return std::nullopt;
  return found;
}

std::vector<std::pair<json_node, json_node>> schema_document::members(json_node object) const {
  std::vector<std::pair<json_node, json_node>> out;
  if (kind(object) != JSON_OBJECT) return out;
  const tape_node *nodes = tape_.nodes;
  for (json_node at = object + 1; at < nodes[object].next; at = nodes[nodes[at].next].next) {
    out.emplace_back(at, nodes[at].next);
  }
  return out;
}

std::vector<json_node> schema_document::elements(json_node array) const {
  std::vector<json_node> out;
  if (kind(array) != JSON_ARRAY) return out;
  for (json_node at = array + 1; at < tape_.nodes[array].next; at = tape_.nodes[at].next) out.push_back(at);
  return out;
}

std::string_view schema_document::string(json_node value) const {
  uint64_t size = 0;
  if (kind(value) != JSON_STRING) return {};
  const char *bytes = json_tape_string(&tape_, value, &size);
  return {bytes, size};
}

std::string schema_document::compact(json_node value) const {
  std::string_view text(tape_.text + tape_.nodes[value].at, tape_.nodes[value].size);
  std::string out;
  bool is_string = false;
  for (size_t i = 0; i < text.size(); i++) {
    char byte = text[i];
    if (byte == '"') is_string = !is_string;
    if (!is_string && (byte == ' ' || byte == '\t' || byte == '\n' || byte == '\r')) continue;
    out.push_back(byte);
    if (is_string && byte == '\\') out.push_back(text[++i]);
  }
  return out;
}

std::optional<double> schema_document::number(json_node value) const {
  if (kind(value) != JSON_NUMBER) return std::nullopt;
  const char *text = tape_.text + tape_.nodes[value].at;
  double number = 0;
  auto [end, error] = std::from_chars(text, text + tape_.nodes[value].size, number);
  if (error != std::errc()) return std::nullopt;
  return number;
}

std::optional<json_node> schema_document::step(json_node from, const std::string &token) const {
  if (kind(from) == JSON_OBJECT) return member(from, token);
  size_t index = 0;
  auto [end, error] = std::from_chars(token.data(), token.data() + token.size(), index);
  std::vector<json_node> all = elements(from);
  if (error != std::errc() || end != token.data() + token.size() || index >= all.size()) return std::nullopt;
  return all[index];
}

std::optional<json_node> schema_document::resolve(std::string_view reference) const {
  if (reference.empty() || reference[0] != '#') return std::nullopt;
  std::string pointer = percent_decoded(reference.substr(1));
  if (!pointer.empty() && pointer[0] != '/') return std::nullopt;
  std::optional<json_node> at = root;
  for (size_t begin = 0; at && begin < pointer.size();) {
    size_t end = std::min(pointer.find('/', begin + 1), pointer.size());
    at = step(*at, unescaped(std::string_view(pointer).substr(begin + 1, end - begin - 1)));
    begin = end;
  }
  return at;
}

}  // namespace grammars
