#include "tests/vocabulary/samples.hpp"

#include <algorithm>
#include <cstdlib>
#include <sstream>

#include "tests/llama/vocabularies.hpp"

namespace samples {

bool all_wanted() {
  const char *wanted = std::getenv("LLMB_LONG");
  return wanted != nullptr && *wanted != '\0';
}

std::vector<expected_tokens> expectations(const std::filesystem::path &vocabulary) {
  static const std::string separator = "\n__ggml_vocab_test__\n";
  std::string texts = vocabularies::text_of(vocabulary.string() + ".inp");
  std::istringstream lines(vocabularies::text_of(vocabulary.string() + ".out"));
  std::vector<expected_tokens> found;
  std::string line;
  for (size_t begin = 0; std::getline(lines, line);) {
    size_t end = std::min(texts.find(separator, begin), texts.size());
    expected_tokens expected = {texts.substr(begin, end - begin), {}};
    std::istringstream numbers(line);
    for (int token = 0; numbers >> token;) expected.tokens.push_back(token);
    found.push_back(std::move(expected));
    begin = std::min(end + separator.size(), texts.size());
  }
  return found;
}

}  // namespace samples
