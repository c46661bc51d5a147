#include "engine/llama/json_text.hpp"

#include <cstdint>
#include <cstdio>

#include "engine/grammar/character_bytes.hpp"

namespace llama_engine {
namespace {

// The length of the UTF-8 character that begins here; 0 when none does.
size_t character_size(std::string_view text) {
  auto byte = [&](size_t i) { return static_cast<uint8_t>(text[i]); };
  uint8_t lead = byte(0);
  if (lead < 0x80) return 1;
  size_t size = lead >= 0xc2 && lead < 0xe0 ? 2 : lead >= 0xe0 && lead < 0xf0 ? 3 : lead >= 0xf0 && lead < 0xf5 ? 4 : 0;
  if (size == 0 || text.size() < size) return 0;
  for (size_t i = 1; i < size; i++) {
    if ((byte(i) & 0xc0) != 0x80) return 0;
  }
  bool overlong = (lead == 0xe0 && byte(1) < 0xa0) || (lead == 0xf0 && byte(1) < 0x90);
  bool outside = (lead == 0xed && byte(1) >= 0xa0) || (lead == 0xf4 && byte(1) >= 0x90);
  return overlong || outside ? 0 : size;
}

struct reader {
  std::string_view rest;

  void skip_space() {
    size_t at = rest.find_first_not_of(" \t\r\n");
    rest.remove_prefix(at == std::string_view::npos ? rest.size() : at);
  }

  bool take(char expected) {
    skip_space();
    if (rest.empty() || rest.front() != expected) return false;
    rest.remove_prefix(1);
    return true;
  }

  bool read_hex4(uint32_t &code) {
    if (rest.size() < 4) return false;
    code = 0;
    for (char c : rest.substr(0, 4)) {
      int digit = grammars::hexadecimal(c);
      if (digit < 0) return false;
      code = code << 4 | static_cast<uint32_t>(digit);
    }
    rest.remove_prefix(4);
    return true;
  }

  bool read_escape(std::string &out) {
    if (rest.empty()) return false;
    char kind = rest.front();
    rest.remove_prefix(1);
    constexpr std::string_view kinds = "\"\\/bfnrt", values = "\"\\/\b\f\n\r\t";
    size_t at = kinds.find(kind);
    if (at != std::string_view::npos) {
      out.push_back(values[at]);
      return true;
    }
    uint32_t code = 0, low = 0;
    if (kind != 'u' || !read_hex4(code)) return false;
    if (code >= 0xd800 && code < 0xdc00) {
      if (!rest.starts_with("\\u")) return false;
      rest.remove_prefix(2);
      if (!read_hex4(low) || low < 0xdc00 || low > 0xdfff) return false;
      code = 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00);
    } else if (code >= 0xdc00 && code < 0xe000) {
      return false;
    }
    grammars::append_utf8(code, out);
    return true;
  }

  bool read_string(std::string &out) {
    if (!take('"')) return false;
    while (!rest.empty()) {
      char c = rest.front();
      rest.remove_prefix(1);
      if (c == '"') return true;
      if (static_cast<uint8_t>(c) < 0x20) return false;
      if (c != '\\') {
        out.push_back(c);
      } else if (!read_escape(out)) {
        return false;
      }
    }
    return false;
  }
};

}  // namespace

std::string json_quote(std::string_view text) {
  std::string out = "\"";
  while (!text.empty()) {
    size_t size = character_size(text);
    uint8_t first = static_cast<uint8_t>(text[0]);
    if (size == 0) {
      out += "\\ufffd";
      size = 1;
    } else if (first < 0x20) {
      char escape[8];
      std::snprintf(escape, sizeof escape, "\\u%04x", first);
      out += escape;
    } else {
      if (first == '"' || first == '\\') out.push_back('\\');
      out.append(text.substr(0, size));
    }
    text.remove_prefix(size);
  }
  return out + "\"";
}

bool is_utf8(std::string_view text) {
  while (!text.empty()) {
    size_t size = character_size(text);
    if (size == 0) return false;
    text.remove_prefix(size);
  }
  return true;
}

bool json_read_strings(std::string_view text, std::vector<std::string> &out) {
  reader in{text};
  if (!in.take('[')) return false;
  if (!in.take(']')) {
    do {
      if (!in.read_string(out.emplace_back())) return false;
    } while (in.take(','));
    if (!in.take(']')) return false;
  }
  in.skip_space();
  return in.rest.empty();
}

bool json_read_entries(std::string_view text, std::vector<json_entry> &out) {
  reader in{text};
  if (!in.take('{')) return false;
  if (!in.take('}')) {
    do {
      json_entry &entry = out.emplace_back();
      if (!in.read_string(entry.name) || !in.take(':')) return false;
      in.skip_space();
      entry.value = in.rest.substr(0, in.rest.find_first_of(" \t\r\n,}"));
      if (entry.value.empty() || entry.value.find_first_of("\"[{") != std::string_view::npos) return false;
      in.rest.remove_prefix(entry.value.size());
    } while (in.take(','));
    if (!in.take('}')) return false;
  }
  in.skip_space();
  return in.rest.empty();
}

bool json_is_deeper(std::string_view text, size_t depth) {
  size_t open = 0;
  bool in_string = false;
  for (size_t i = 0; i < text.size(); i++) {
    char c = text[i];
    if (in_string) {
      if (c == '\\') i++;
      in_string = c != '"';
    } else if (c == '"') {
      in_string = true;
    } else if (c == '[' || c == '{') {
      if (++open > depth) return true;
    } else if ((c == ']' || c == '}') && open > 0) {
      open--;
    }
  }
  return false;
}

}  // namespace llama_engine
