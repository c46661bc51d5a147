// The texts of a vocabulary in alphabetical order, so that what several tokens begin with is looked at once.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace grammars {

class token_texts {
 public:
  // One text for each token; an empty one is a token that no grammar allows.
  explicit token_texts(const std::vector<std::string> &texts);

  struct entry {
    uint32_t token;
    uint32_t begin, size;  // of its text in `bytes`
    uint32_t shared;       // bytes that it begins with as the entry before it does
  };

  const std::vector<entry> &entries() const {
    return entries_;
  }
  const char *text(const entry &of) const {
    return bytes_.data() + of.begin;
  }
  uint32_t longest() const {
    return longest_;
  }
  // Where the entries begin whose text begins with this byte, or a larger one.
  uint32_t first_of(unsigned byte) const {
    return firsts_[byte];
  }
  uint32_t token_count() const {
    return token_count_;
  }

 private:
  std::string bytes_;
  std::vector<entry> entries_;
  uint32_t firsts_[257];
  uint32_t longest_ = 0, token_count_;
};

}  // namespace grammars
