#include "engine/llama/special_split.hpp"

#include <algorithm>
#include <cctype>
#include <cstring>

namespace llama_engine {
namespace {

struct special {
  llama_token token;
  std::string_view text;
  bool strips_left, strips_right;  // blanks beside it belong to it
};

// The longest first: of two that begin alike it is the longer that is meant.
std::vector<special> specials_in(const llama_vocab *vocab, std::string_view prompt) {
  constexpr int kinds = LLAMA_TOKEN_ATTR_CONTROL | LLAMA_TOKEN_ATTR_USER_DEFINED | LLAMA_TOKEN_ATTR_UNKNOWN;
  std::vector<special> found;
  for (llama_token token = 0; token < llama_vocab_n_tokens(vocab); token++) {
    int kind = llama_vocab_get_attr(vocab, token);
    if ((kind & kinds) == 0) continue;
    std::string_view text = llama_vocab_get_text(vocab, token);
    if (text.empty() || prompt.find(text) == std::string_view::npos) continue;
    found.push_back({token, text, (kind & LLAMA_TOKEN_ATTR_LSTRIP) != 0, (kind & LLAMA_TOKEN_ATTR_RSTRIP) != 0});
  }
  std::stable_sort(found.begin(), found.end(),
                   [](const special &a, const special &b) { return a.text.size() > b.text.size(); });
  return found;
}

bool is_blank(char character) {
  return std::isspace(static_cast<unsigned char>(character)) != 0;
}

void split_by(const special &one, std::string_view text, std::vector<prompt_part> &out) {
  for (size_t at = text.find(one.text); at != std::string_view::npos; at = text.find(one.text)) {
    std::string_view left = text.substr(0, at);
    while (one.strips_left && !left.empty() && is_blank(left.back())) left.remove_suffix(1);
    if (!left.empty()) out.push_back({left});
    out.push_back({{}, one.token});
    text.remove_prefix(at + one.text.size());
    while (one.strips_right && !text.empty() && is_blank(text.front())) text.remove_prefix(1);
  }
  if (!text.empty()) out.push_back({text});
}

}  // namespace

std::vector<prompt_part> special_split(const llama_vocab *vocab, std::string_view prompt) {
  std::vector<prompt_part> parts = {{prompt}};
  for (const special &one : specials_in(vocab, prompt)) {
    std::vector<prompt_part> finer;
    for (const prompt_part &part : parts) {
      if (part.token != LLAMA_TOKEN_NULL) {
        finer.push_back(part);
      } else {
        split_by(one, part.text, finer);
      }
    }
    parts = std::move(finer);
  }
  return parts;
}

}  // namespace llama_engine
