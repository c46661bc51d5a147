// Stop strings: found also where they span several tokens, and never partly delivered.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace llama_engine {

class stop_text {
 public:
  stop_text() = default;
  // Empty strings are ignored.
  explicit stop_text(std::vector<std::string> strings);

  void add(std::string string);

  // Adds text of the answer and appends to out what can be delivered: what is certainly before any stop string. True
  // when a stop string came up; it and all after it is dropped.
  bool push(std::string_view text, std::string &out);

  // The answer has ended: appends what was held back because a stop string might have begun there.
  void flush(std::string &out);

 private:
  size_t held_size() const;

  std::vector<std::string> strings_;
  std::string held_;
};

// The setting `stop`: a JSON array of strings, or else one string, also where it begins like an array ("[END]").
std::vector<std::string> stop_strings_read(const char *setting);

}  // namespace llama_engine
