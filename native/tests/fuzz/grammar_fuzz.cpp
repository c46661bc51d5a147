// A grammar or a schema, a line with nothing but a dash, bytes of a text. What can be read can be followed, byte by
// byte, within its limits; what does not refuse the text says the same of it however often it forgets.
#include "engine/grammar/gbnf.hpp"
#include "engine/grammar/grammar_state.hpp"
#include "engine/grammar/schema_grammar.hpp"
#include "engine/grammar/token_mask.hpp"

extern "C" {
#include "tests/fuzz/fuzz.h"
}

static void follow(grammars::grammar rules, std::string_view text) {
  static const grammars::token_texts tokens({"{", "\"", "a", "ab", "}", "1", ",", "[", "]", ":", " ", "true", "\n"});
  auto places = std::make_shared<grammars::grammar_places>(std::move(rules));
  try {
    grammars::grammar_state one(places), other(places);
    grammars::token_masks masks;
    for (char byte : text) {
      const grammars::token_bits bits = masks.of(one, tokens, {});
      for (const auto &entry : tokens.entries()) {
        FUZZ_CHECK(grammars::has_token(bits, entry.token) == one.allows(tokens.text(entry), entry.size));
      }
      bool is_taken = one.take(&byte, 1);
      if (byte % 8 == 0) places->forget();
      FUZZ_CHECK(other.take(&byte, 1) == is_taken);
      FUZZ_CHECK(one.may_end() == other.may_end() && one.may_go_on() == other.may_go_on());
      if (!is_taken) return;
    }
  } catch (const grammars::grammar_too_large &) {
  }
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  constexpr size_t size_max = 4096;
  if (size > size_max) return 0;
  std::string_view whole(reinterpret_cast<const char *>(data), size);
  size_t line = whole.find("\n-\n");
  std::string_view source = whole.substr(0, line);
  std::string_view text = line == std::string_view::npos ? std::string_view() : whole.substr(line + 3);
  try {
    follow(grammars::gbnf_read(source), text);
  } catch (const grammars::grammar_error &) {
  }
  if (auto made = grammars::schema_grammar_of(source)) follow(std::move(made->rules), text);
  return 0;
}
