#include "engine/llama/control_text.hpp"

#include <algorithm>

namespace llama_engine {
namespace {

char small(char character) {
  return character >= 'A' && character <= 'Z' ? static_cast<char>(character - 'A' + 'a') : character;
}

std::string small(std::string_view text) {
  std::string out(text);
  for (char &character : out) character = small(character);
  return out;
}

std::vector<std::string> spellings_of(const llama_vocab *vocab) {
  std::vector<std::string> spellings;
  if (llama_vocab_type(vocab) == LLAMA_VOCAB_TYPE_NONE) return spellings;
  for (llama_token token = 0; token < llama_vocab_n_tokens(vocab); token++) {
    if ((llama_vocab_get_attr(vocab, token) & (LLAMA_TOKEN_ATTR_CONTROL | LLAMA_TOKEN_ATTR_UNKNOWN)) == 0) continue;
    spellings.emplace_back(llama_vocab_get_text(vocab, token));
  }
  return spellings;
}

bool is_blank(char character) {
  return character == ' ' || (character >= '\t' && character <= '\r');
}

// What templates leave of a text when they trim it.
text_range trimmed(std::string_view text) {
  size_t begin = 0, end = text.size();
  while (begin < end && is_blank(text[begin])) begin++;
  while (end > begin && is_blank(text[end - 1])) end--;
  return {begin, end - begin};
}

}  // namespace

control_text::control_text(const llama_vocab *vocab) : control_text(spellings_of(vocab)) {
}

control_text::control_text(const std::vector<std::string> &spellings) : nodes_(1) {
  for (const std::string &spelling : spellings) {
    if (spelling.empty()) continue;
    spellings_.push_back(small(spelling));
    longest_ = std::max(longest_, spelling.size());
  }
  for (const std::string &spelling : spellings_) {
    add(spelling);
    for (size_t i = 1; i < spelling.size(); i++) endings_.insert(std::string_view(spelling).substr(i));
  }
}

void control_text::add(std::string_view spelling) {
  uint32_t at = 0;
  for (char character : spelling) {
    auto &children = nodes_[at].children;
    auto place = std::lower_bound(children.begin(), children.end(), std::pair<char, uint32_t>(character, 0));
    if (place == children.end() || place->first != character) {
      uint32_t made = static_cast<uint32_t>(nodes_.size());
      children.insert(place, {character, made});
      nodes_.emplace_back();  // `children` may be gone from here on
      at = made;
    } else {
      at = place->second;
    }
  }
  nodes_[at].is_end = true;
}

const control_text::node *control_text::child(const node *of, char character) const {
  auto place = std::lower_bound(of->children.begin(), of->children.end(), std::pair<char, uint32_t>(character, 0));
  return place != of->children.end() && place->first == character ? &nodes_[place->second] : nullptr;
}

// The size of the longest spelling that begins here; 0 if none does.
size_t control_text::longest_at(std::string_view text, size_t begin) const {
  size_t longest = 0;
  const node *at = &nodes_[0];
  for (size_t i = begin; i < text.size(); i++) {
    at = child(at, small(text[i]));
    if (at == nullptr) break;
    if (at->is_end) longest = i + 1 - begin;
  }
  return longest;
}

// How much of the text's end is the beginning of a spelling.
size_t control_text::ending_size(std::string_view text) const {
  for (size_t begin = text.size() > longest_ ? text.size() - longest_ : 0; begin < text.size(); begin++) {
    const node *at = &nodes_[0];
    for (size_t i = begin; i < text.size() && at != nullptr; i++) at = child(at, small(text[i]));
    if (at != nullptr) return text.size() - begin;
  }
  return 0;
}

// How much of the text's beginning is the end of a spelling.
size_t control_text::beginning_size(std::string_view text) const {
  std::string head = small(text.substr(0, longest_));
  for (size_t size = head.size(); size > 0; size--) {
    if (endings_.contains(std::string_view(head).substr(0, size))) return size;
  }
  return 0;
}

bool control_text::is_inside(std::string_view text) const {
  if (text.empty() || text.size() > longest_) return false;
  std::string as_small = small(text);
  return std::any_of(spellings_.begin(), spellings_.end(),
                     [&](const std::string &spelling) { return spelling.find(as_small) != std::string::npos; });
}

std::vector<text_range> control_text::find(std::string_view text) const {
  std::vector<text_range> found;
  text_range inner = trimmed(text);
  if (is_inside(text.substr(inner.begin, inner.size))) return {inner};
  size_t beginning = beginning_size(text.substr(inner.begin, inner.size));
  if (beginning > 0) found.push_back({inner.begin, beginning});
  size_t at = inner.begin + beginning, end = inner.begin + inner.size;
  while (at < end) {
    size_t size = longest_at(text, at);
    if (size > 0) found.push_back({at, size});
    at += std::max<size_t>(size, 1);
  }
  size_t after = found.empty() ? inner.begin : found.back().begin + found.back().size;
  if (after > end) return found;
  size_t ending = ending_size(text.substr(after, end - after));
  if (ending > 0) found.push_back({end - ending, ending});
  return found;
}

}  // namespace llama_engine
