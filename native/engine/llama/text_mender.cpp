#include "engine/llama/text_mender.hpp"

#include <algorithm>

namespace llama_engine {
namespace {

struct character {
  size_t size = 1;  // of the character, or of the longest beginning of one
  bool is_whole = false;
  bool may_go_on = false;  // it is the beginning of one, and the text ends there
};

// The second byte is where overlong forms, surrogates and numbers above U+10FFFF show.
bool fits_second(uint8_t lead, uint8_t byte) {
  uint8_t least = lead == 0xe0 ? 0xa0 : lead == 0xf0 ? 0x90 : 0x80;
  uint8_t most = lead == 0xed ? 0x9f : lead == 0xf4 ? 0x8f : 0xbf;
  return byte >= least && byte <= most;
}

character character_at(std::string_view text) {
  uint8_t lead = static_cast<uint8_t>(text[0]);
  if (lead < 0x80) return {1, true, false};
  size_t size = lead >= 0xc2 && lead < 0xe0 ? 2 : lead >= 0xe0 && lead < 0xf0 ? 3 : lead >= 0xf0 && lead < 0xf5 ? 4 : 0;
  if (size == 0) return {};
  for (size_t i = 1; i < size; i++) {
    if (i == text.size()) return {i, false, true};
    uint8_t byte = static_cast<uint8_t>(text[i]);
    bool fits = i == 1 ? fits_second(lead, byte) : (byte & 0xc0) == 0x80;
    if (!fits) return {i, false, false};
  }
  return {size, true, false};
}

}  // namespace

void text_mender::replace(std::string &out) {
  out += "\xef\xbf\xbd";
  replaced_++;
}

void text_mender::push(std::string_view bytes, std::string &out) {
  std::string joined;
  if (!held_.empty()) {
    joined = held_.append(bytes);
    held_.clear();
    bytes = joined;
  }
  while (!bytes.empty()) {
    character next = character_at(bytes);
    if (next.may_go_on) {
      held_ = bytes;
      return;
    }
    if (next.is_whole) {
      out.append(bytes.substr(0, next.size));
    } else {
      replace(out);
    }
    bytes.remove_prefix(next.size);
  }
}

void text_mender::finish(std::string &out) {
  if (!held_.empty()) replace(out);
  held_.clear();
}

}  // namespace llama_engine
