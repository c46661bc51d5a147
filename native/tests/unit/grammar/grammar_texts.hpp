// Texts of a grammar, for tests.
#pragma once

#include <memory>
#include <random>
#include <string>
#include <string_view>

#include "engine/grammar/grammar_state.hpp"

namespace grammar_tests {

inline std::shared_ptr<grammars::grammar_places> places_of(grammars::grammar rules) {
  return std::make_shared<grammars::grammar_places>(std::move(rules));
}

// Whether the whole text is one of the grammar's.
inline bool is_text(const std::shared_ptr<grammars::grammar_places> &places, std::string_view text) {
  grammars::grammar_state state(places);
  return state.take(text.data(), text.size()) && state.may_end();
}

// A text made of bytes drawn among those that may come; after `bytes_max` of them it may be cut.
inline std::string drawn_text(const std::shared_ptr<grammars::grammar_places> &places, unsigned seed, size_t bytes_max,
                              bool *is_whole) {
  grammars::grammar_state state(places);
  std::minstd_rand numbers(seed);
  std::string text;
  while (text.size() < bytes_max && state.may_go_on()) {
    if (state.may_end() && numbers() % 4 == 0) break;
    // What closes something is drawn more often, so that texts end.
    std::string bytes;
    for (int byte = 0; byte < 256; byte++) {
      char one = static_cast<char>(byte);
      bool closes = one == '"' || one == '}' || one == ']';
      if (state.allows(&one, 1)) bytes.append(closes ? 16 : 1, one);
    }
    char next = bytes[numbers() % bytes.size()];
    state.take(&next, 1);
    text.push_back(next);
  }
  *is_whole = state.may_end();
  return text;
}

}  // namespace grammar_tests
