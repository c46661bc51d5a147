#include "engine/llama/token_bounds.hpp"

#include <algorithm>
#include <string>
#include <utility>

namespace llama_engine {
namespace {

std::string piece_of(const llama_vocab *vocab, llama_token token) {
  std::string piece(64, '\0');
  int32_t size = llama_token_to_piece(vocab, token, piece.data(), static_cast<int32_t>(piece.size()), 0, true);
  if (size < 0) {
    piece.resize(static_cast<size_t>(-size));
    size = llama_token_to_piece(vocab, token, piece.data(), -size, 0, true);
  }
  piece.resize(static_cast<size_t>(std::max(size, 0)));
  return piece;
}

bool is_blank(uint8_t byte) {
  return byte == ' ' || (byte >= '\t' && byte <= '\r');
}

enum class kind { letter, digit, blank, other };

kind kind_of(char character) {
  uint8_t byte = static_cast<uint8_t>(character);
  if (is_blank(byte)) return kind::blank;
  if (byte >= '0' && byte <= '9') return kind::digit;
  if (byte >= 0x80 || (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z')) return kind::letter;
  return kind::other;
}

}  // namespace

// A token of n bytes that has a byte b in it is no longer than the longest that has b: its bytes have shares of 1/n or
// less, together at most 1.
token_bounds::token_bounds(const llama_vocab *vocab) {
  enum llama_vocab_type type = llama_vocab_type(vocab);
  if (type != LLAMA_VOCAB_TYPE_SPM && type != LLAMA_VOCAB_TYPE_BPE) return;
  std::array<size_t, 256> longest = {};
  bool strips = false;
  for (llama_token token = 0; token < llama_vocab_n_tokens(vocab); token++) {
    strips |= (llama_vocab_get_attr(vocab, token) & (LLAMA_TOKEN_ATTR_LSTRIP | LLAMA_TOKEN_ATTR_RSTRIP)) != 0;
    std::string piece = piece_of(vocab, token);
    for (char character : piece) {
      size_t &size = longest[static_cast<uint8_t>(character)];
      size = std::max(size, piece.size());
    }
  }
  for (size_t byte = 0; byte < longest.size(); byte++) {
    bool may_vanish = longest[byte] == 0 || (strips && is_blank(static_cast<uint8_t>(byte)));
    if (!may_vanish) share_[byte] = 1.0 / static_cast<double>(longest[byte]);
  }
}

uint64_t token_bounds::tokens_least(std::string_view text) const {
  std::array<uint64_t, 256> count = {};
  for (char character : text) count[static_cast<uint8_t>(character)]++;
  double tokens = 0;
  for (size_t byte = 0; byte < count.size(); byte++) tokens += static_cast<double>(count[byte]) * share_[byte];
  return static_cast<uint64_t>(tokens * (1 - 1e-9));  // rounding must not refuse what just fits
}

// Runs of letters (and of all that is no ASCII), of digits, of blanks, of the rest. One match may take two of them.
uint64_t unbroken_size(std::string_view text) {
  uint64_t longest = 0, before = 0, run = 0;
  for (size_t i = 0; i < text.size(); i++) {
    if (i > 0 && kind_of(text[i]) != kind_of(text[i - 1])) before = std::exchange(run, 0);
    run++;
    longest = std::max(longest, before + run);
  }
  return longest;
}

}  // namespace llama_engine
