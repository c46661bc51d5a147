#include "engine/llama/stop_text.hpp"

#include <algorithm>

#include "engine/llama/json_text.hpp"

namespace llama_engine {

stop_text::stop_text(std::vector<std::string> strings) : strings_(std::move(strings)) {
  std::erase_if(strings_, [](const std::string &text) { return text.empty(); });
}

void stop_text::add(std::string string) {
  if (!string.empty()) strings_.push_back(std::move(string));
}

// How much of the end of held_ could be the beginning of a stop string.
size_t stop_text::held_size() const {
  std::string_view held = held_;
  size_t longest = 0;
  for (const std::string &text : strings_) {
    for (size_t size = std::min(text.size() - 1, held.size()); size > longest; size--) {
      if (held.ends_with(std::string_view(text).substr(0, size))) longest = size;
    }
  }
  return longest;
}

bool stop_text::push(std::string_view text, std::string &out) {
  if (strings_.empty()) {
    out.append(text);
    return false;
  }
  held_.append(text);
  size_t first = std::string::npos;
  for (const std::string &stop : strings_) first = std::min(first, held_.find(stop));
  if (first != std::string::npos) {
    out.append(held_, 0, first);
    held_.clear();
    return true;
  }
  size_t certain = held_.size() - held_size();
  out.append(held_, 0, certain);
  held_.erase(0, certain);
  return false;
}

void stop_text::flush(std::string &out) {
  out += held_;
  held_.clear();
}

std::vector<std::string> stop_strings_read(const char *setting) {
  std::vector<std::string> strings;
  if (setting == nullptr || *setting == '\0') return strings;
  if (*setting != '[' || !json_read_strings(setting, strings)) strings = {setting};
  return strings;
}

}  // namespace llama_engine
