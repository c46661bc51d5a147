#include "engine/grammar/token_texts.hpp"

#include <algorithm>

namespace grammars {

token_texts::token_texts(const std::vector<std::string> &texts) : token_count_(static_cast<uint32_t>(texts.size())) {
  std::vector<uint32_t> order;
  for (uint32_t token = 0; token < texts.size(); token++) {
    if (!texts[token].empty()) order.push_back(token);
  }
  std::sort(order.begin(), order.end(), [&](uint32_t a, uint32_t b) {
    int compared = texts[a].compare(texts[b]);  // as unsigned bytes
    return compared != 0 ? compared < 0 : a < b;
  });
  const std::string none;
  const std::string *before = &none;
  for (uint32_t token : order) {
    const std::string &text = texts[token];
    auto differs = std::mismatch(text.begin(), text.end(), before->begin(), before->end());
    entries_.push_back({token, static_cast<uint32_t>(bytes_.size()), static_cast<uint32_t>(text.size()),
                        static_cast<uint32_t>(differs.first - text.begin())});
    bytes_ += text;
    longest_ = std::max(longest_, static_cast<uint32_t>(text.size()));
    before = &text;
  }
  uint32_t at = 0;
  for (unsigned byte = 0; byte < 256; byte++) {
    while (at < entries_.size() && static_cast<uint8_t>(bytes_[entries_[at].begin]) < byte) at++;
    firsts_[byte] = at;
  }
  firsts_[256] = static_cast<uint32_t>(entries_.size());
}

}  // namespace grammars
