// The little JSON the engine itself writes and reads.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace llama_engine {

// The text as a JSON string with its quotes. Bytes that are not UTF-8 (names in model files may be anything) become
// U+FFFD.
std::string json_quote(std::string_view text);

bool is_utf8(std::string_view text);

// Reads a JSON array of strings; false when it is not one.
bool json_read_strings(std::string_view text, std::vector<std::string> &out);

struct json_entry {
  std::string name;
  std::string_view value;  // as it is written, in the text that was read
};

// Reads a JSON object whose values are neither strings, arrays nor objects; false when it is not one. What the values
// are is not looked at.
bool json_read_entries(std::string_view text, std::vector<json_entry> &out);

// Whether brackets and braces outside of strings stand more than `depth` levels inside each other.
bool json_is_deeper(std::string_view text, size_t depth);

}  // namespace llama_engine
