#include "engine/llama/provenance.hpp"

#include <algorithm>

#include "engine/llama/prompt_chunks.hpp"

namespace llama_engine {

void provenance::add(uint32_t count) {
  if (count == 0) return;
  size_ += count;
  if (count == 1 && !ranges_.empty() && ranges_.back().singly) {
    ranges_.back().count++;
    return;
  }
  token_range range;
  range.count = count;
  range.singly = count == 1;
  ranges_.push_back(range);
}

void provenance::cut(const std::vector<llama_token> &tokens, uint32_t count) {
  while (size_ > count) {
    token_range &last = ranges_.back();
    uint32_t begin = size_ - last.count;
    if (begin >= count) {
      ranges_.pop_back();
      size_ = begin;
      continue;
    }
    auto first = tokens.begin() + static_cast<ptrdiff_t>(count), end = tokens.begin() + static_cast<ptrdiff_t>(size_);
    if (!last.singly) last.dropped.insert(last.dropped.begin(), first, end);
    last.count = count - begin;
    size_ = count;
  }
}

uint32_t provenance::whole_chunks() const {
  uint32_t end = 0;
  for (const token_range &range : ranges_) {
    if (range.singly || !range.dropped.empty() || end + range.count != prompt_chunk_end(end)) break;
    end += range.count;
  }
  return end;
}

}  // namespace llama_engine
