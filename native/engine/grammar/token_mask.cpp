#include "engine/grammar/token_mask.hpp"

namespace grammars {
namespace {

constexpr size_t masks_max = 128;
constexpr uint32_t looks_between_calls = 8192;  // at tokens

// Walks the vocabulary in alphabetical order, with the places after each byte of the text at hand.
class walk {
 public:
  walk(grammar_places &places, const token_texts &tokens, const std::function<void()> &watch)
      : places_(places), tokens_(tokens), watch_(watch), rows_(tokens.longest() + 1) {
  }

  void run(uint32_t row, token_bits &out) {
    rows_[0] = row;
    for (unsigned byte = 0; byte < 256; byte++) {
      uint32_t first = tokens_.first_of(byte), last = tokens_.first_of(byte + 1);
      if (first == last) continue;
      if (places_.next(row, static_cast<uint8_t>(byte)) != grammar_places::nowhere) run_part(first, last, out);
    }
  }

 private:
  void run_part(uint32_t first, uint32_t last, token_bits &out) {
    uint32_t held = 0;  // how many bytes of the text before have places
    for (uint32_t i = first; i < last; i++) {
      if (++looks_ % looks_between_calls == 0 && watch_) watch_();
      const token_texts::entry &entry = tokens_.entries()[i];
      if (i > first && entry.shared > held) continue;  // it begins with what may not come
      held = i == first ? 0 : entry.shared;
      const char *text = tokens_.text(entry);
      while (held < entry.size) {
        uint32_t next = places_.next(rows_[held], static_cast<uint8_t>(text[held]));
        if (next == grammar_places::nowhere) break;
        rows_[++held] = next;
      }
      if (held == entry.size) out[entry.token / 64] |= uint64_t{1} << entry.token % 64;
    }
  }

  grammar_places &places_;
  const token_texts &tokens_;
  const std::function<void()> &watch_;
  std::vector<uint32_t> rows_;
  uint32_t looks_ = 0;
};

}  // namespace

const token_bits &token_masks::of(const grammar_state &text, const token_texts &tokens,
                                  const std::function<void()> &watch) {
  for (bool is_again = false;; is_again = true) {
    if (generation_ != text.places().generation() || kept_.size() >= masks_max) kept_.clear();
    generation_ = text.places().generation();
    auto known = kept_.find(text.row());
    if (known != kept_.end()) return known->second;
    text.places().begin_work(&watch);
    token_bits bits((tokens.token_count() + 63) / 64);
    try {
      walk(text.places(), tokens, watch).run(text.row(), bits);
      return kept_[text.row()] = std::move(bits);
    } catch (const grammar_places::no_room &) {
      if (is_again) throw grammar_too_large("too much may come next");
      text.places().forget();
    }
  }
}

}  // namespace grammars
