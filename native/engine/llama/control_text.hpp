// The spellings of a vocabulary's control tokens, and where they stand in a text, whole or in part.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_set>
#include <utility>
#include <vector>

#include "llama.h"

namespace llama_engine {

// A part of a text: `size` bytes from `begin` on.
struct text_range {
  size_t begin = 0;
  size_t size = 0;
};

class control_text {
 public:
  explicit control_text(const llama_vocab *vocab);
  // For tests: these are the spellings.
  explicit control_text(const std::vector<std::string> &spellings);
  control_text(const control_text &) = delete;
  control_text &operator=(const control_text &) = delete;

  // The parts of a text that spell a control token, in order and without overlaps. Letters count as equal whatever
  // their case, since a template may change it. Beginnings of a spelling at the text's end, ends of one at its
  // beginning and a text that is the inside of one are parts too: what a template puts beside them could complete it.
  std::vector<text_range> find(std::string_view text) const;

 private:
  struct node {
    std::vector<std::pair<char, uint32_t>> children;  // sorted by character
    bool is_end = false;
  };

  void add(std::string_view spelling);
  const node *child(const node *of, char character) const;
  size_t longest_at(std::string_view text, size_t begin) const;
  size_t ending_size(std::string_view text) const;
  size_t beginning_size(std::string_view text) const;
  bool is_inside(std::string_view text) const;

  std::vector<node> nodes_;
  std::vector<std::string> spellings_;            // in small letters
  std::unordered_set<std::string_view> endings_;  // all that a spelling ends with, but itself
  size_t longest_ = 0;
};

}  // namespace llama_engine
