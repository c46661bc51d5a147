#include "engine/llama/text_guard.hpp"

#include "engine/llama/failure.hpp"

namespace llama_engine {
namespace {

// Plane 16 is for private use alone: U+100000 to U+10FFFD, in UTF-8 four bytes that begin with F4 80 to F4 8F.
constexpr uint32_t places = 0xfffe;
constexpr size_t placeholder_bytes = 4;
constexpr char lead = '\xf4';

std::string character_at(uint32_t place) {
  auto tail = [](uint32_t bits) { return static_cast<char>(0x80 | (bits & 0x3f)); };
  return {lead, tail(place >> 12), tail(place >> 6), tail(place)};
}

// The place of the character that begins here; `places` if it is none of plane 16.
uint32_t place_of(std::string_view text, size_t begin) {
  if (text[begin] != lead || text.size() - begin < placeholder_bytes) return places;
  uint32_t place = 0;
  for (size_t i = 1; i < placeholder_bytes; i++) {
    uint8_t byte = static_cast<uint8_t>(text[begin + i]);
    if ((byte & 0xc0) != 0x80) return places;
    place = place << 6 | (byte & 0x3fU);
  }
  return place < places ? place : places;
}

}  // namespace

text_guard::text_guard(const control_text &controls) : controls_(controls) {
}

void text_guard::avoid(std::string_view text) {
  for (size_t i = text.find(lead); i != std::string_view::npos; i = text.find(lead, i + 1)) {
    uint32_t place = place_of(text, i);
    if (place == places) continue;
    if (avoided_.size() <= place) avoided_.resize(place + 1);
    avoided_[place] = true;
  }
}

std::string text_guard::placeholder_for(std::string_view text) {
  auto known = placeholders_.find(text);
  if (known != placeholders_.end()) return known->second;
  while (next_ < avoided_.size() && avoided_[next_]) next_++;
  if (next_ >= places) {
    throw failure(LLMB_E_INVALID_ARGUMENT, LLMB_PHASE_PROMPT,
                  "the messages use up the characters of private use from U+100000 on: some of them are needed here");
  }
  hidden_.resize(next_ + 1);
  hidden_[next_] = text;
  return placeholders_.emplace(text, character_at(next_++)).first->second;
}

void text_guard::hide(std::string &text) {
  std::vector<text_range> found = controls_.find(text);
  if (found.empty()) return;
  std::string out;
  size_t done = 0;
  for (const text_range &range : found) {
    out.append(text, done, range.begin - done);
    out += placeholder_for(std::string_view(text).substr(range.begin, range.size));
    done = range.begin + range.size;
  }
  text = out.append(text, done);
}

void text_guard::hide_whole(std::string &text) {
  if (!text.empty()) text = placeholder_for(text);
}

bool text_guard::hides_in(std::string_view text) const {
  for (size_t i = text.find(lead); i != std::string_view::npos; i = text.find(lead, i + 1)) {
    uint32_t place = place_of(text, i);
    if (place < hidden_.size() && !hidden_[place].empty()) return true;
  }
  return false;
}

std::string text_guard::shown(std::string_view text) const {
  std::string out;
  for (size_t i = 0; i < text.size();) {
    uint32_t place = place_of(text, i);
    if (place < hidden_.size() && !hidden_[place].empty()) {
      out += hidden_[place];
      i += placeholder_bytes;
    } else {
      out.push_back(text[i++]);
    }
  }
  return out;
}

}  // namespace llama_engine
