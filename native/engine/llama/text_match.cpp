#include "engine/llama/text_match.hpp"

#include <algorithm>

namespace llama_engine {
namespace {

// A place in both rows of tokens at which their texts are the same length.
struct place {
  size_t prompt, held;
};

class matcher {
 public:
  matcher(const std::vector<llama_token> &prompt, const std::vector<llama_token> &held, const token_texts &texts)
      : prompt_(prompt), held_(held), texts_(texts) {
  }

  std::vector<substitution> match() {
    place begin = {0, 0};  // of the stretch
    for (;;) {
      place at = skip_same(begin);
      bool is_over = at.held == held_.size() || at.prompt == prompt_.size();
      if (is_over || !match_stretch(begin, at)) return found_;
      begin = at;
    }
  }

 private:
  // Goes on while the tokens are the same; `begin` becomes where the stretch begins that the result is in.
  place skip_same(place &begin) const {
    place at = begin;
    while (at.prompt < prompt_.size() && at.held < held_.size() && prompt_[at.prompt] == held_[at.held]) {
      bool is_end = texts_.is_control(prompt_[at.prompt]);
      at.prompt++;
      at.held++;
      if (is_end) begin = at;
    }
    return at;
  }

  // The end of the prompt's stretch, and its text; false where that cannot be told, or may go on.
  bool read_stretch(size_t begin, size_t &end, std::string &text) const {
    for (end = begin; end < prompt_.size() && !texts_.is_control(prompt_[end]); end++) {
      if (!texts_.append(prompt_[end], text)) return false;
    }
    return end < prompt_.size();
  }

  // Finds how much of what is held has the text of the prompt's stretch. True where it is all of it; `at` then becomes
  // the end of both.
  bool match_stretch(const place &begin, place &at) {
    std::string wanted, text;
    size_t end = 0, held = begin.held, good = begin.held, good_size = 0;
    if (!read_stretch(begin.prompt, end, wanted)) return false;
    for (; text.size() < wanted.size() && held < held_.size() && !texts_.is_control(held_[held]); held++) {
      size_t before = text.size();
      if (!texts_.append(held_[held], text)) return false;
      if (text.size() > wanted.size() || wanted.compare(before, text.size() - before, text, before) != 0) break;
      if (!is_inside_character(wanted, text.size())) good = held + 1, good_size = text.size();
    }
    if (good_size == wanted.size()) {
      if (end == at.prompt || good == at.held) return false;  // other control tokens follow, or only one does
      add(at, {end, good}, {});
      at = {end, good};
      return true;
    }
    bool is_early = good > at.held && held_.size() - good <= overrun_tokens_max &&
                    std::none_of(held_.begin() + static_cast<ptrdiff_t>(good), held_.end(), texts_.is_control);
    if (is_early) add_early(at, {end, good}, wanted.substr(good_size));
    return false;
  }

  static bool is_inside_character(const std::string &text, size_t at) {
    return at < text.size() && (static_cast<uint8_t>(text[at]) & 0xc0) == 0x80;
  }

  // What is held ends before the stretch does: the rest of the text is divided, if that gives the same text again.
  void add_early(const place &from, const place &to, const std::string &rest) {
    std::string again;
    std::vector<llama_token> tokens = texts_.divide(rest);
    for (llama_token token : tokens) {
      if (texts_.is_control(token) || !texts_.append(token, again)) return;
    }
    if (again == rest) add(from, to, tokens);
  }

  // The tokens at the end that are the same need no replacing.
  void add(const place &from, place to, const std::vector<llama_token> &rest) {
    while (rest.empty() && to.prompt > from.prompt && to.held > from.held &&
           prompt_[to.prompt - 1] == held_[to.held - 1]) {
      to.prompt--;
      to.held--;
    }
    substitution one;
    one.begin = static_cast<uint32_t>(from.prompt);
    one.count = static_cast<uint32_t>(to.prompt - from.prompt);
    one.tokens.assign(held_.begin() + static_cast<ptrdiff_t>(from.held),
                      held_.begin() + static_cast<ptrdiff_t>(to.held));
    one.tokens.insert(one.tokens.end(), rest.begin(), rest.end());
    found_.push_back(std::move(one));
  }

  const std::vector<llama_token> &prompt_, &held_;
  const token_texts &texts_;
  std::vector<substitution> found_;
};

}  // namespace

std::vector<substitution> text_match(const std::vector<llama_token> &prompt, const std::vector<llama_token> &held,
                                     const token_texts &texts) {
  return matcher(prompt, held, texts).match();
}

bool substitute(std::vector<llama_token> &prompt, const std::vector<substitution> &substitutions) {
  std::vector<llama_token> out;
  size_t done = 0;
  for (const substitution &one : substitutions) {
    if (one.begin < done || one.begin > prompt.size() || one.count > prompt.size() - one.begin) return false;
    out.insert(out.end(), prompt.begin() + static_cast<ptrdiff_t>(done),
               prompt.begin() + static_cast<ptrdiff_t>(one.begin));
    out.insert(out.end(), one.tokens.begin(), one.tokens.end());
    done = one.begin + one.count;
  }
  out.insert(out.end(), prompt.begin() + static_cast<ptrdiff_t>(done), prompt.end());
  prompt = std::move(out);
  return true;
}

}  // namespace llama_engine
