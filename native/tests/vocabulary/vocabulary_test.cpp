// Counting and generation with real vocabularies, against the tokens that their authors' tokenizers give and against
// libllama.
#include <set>

#include "tests/check.h"
#include "engine/llama/backend.hpp"
#include "tests/vocabulary/composed_bridge.hpp"
#include "tests/vocabulary/odd_texts.hpp"
#include "tests/vocabulary/samples.hpp"
#include "tests/llama/vocabularies.hpp"

// Every kind of tokenizer that llama.cpp has among the samples: byte-pair, SentencePiece, word pieces, unigram.
static const std::set<std::string> sampled = {"llama-bpe", "llama-spm", "bert-bge", "nomic-bert-moe", "gpt-2"};

static std::vector<std::filesystem::path> files() {
  std::vector<std::filesystem::path> found;
  for (const std::string &name : vocabularies::names()) {
    if (!samples::all_wanted() && sampled.count(name) == 0) continue;
    found.push_back(vocabularies::folder() / ("ggml-vocab-" + name + ".gguf"));
  }
  CHECK(!found.empty());
  return found;
}

static void check_count(const composed::pair &pair, const std::string &name, const std::string &text) {
  const int64_t expected = static_cast<int64_t>(pair.tokens(text, true, false).size());
  const int64_t counted = pair.count(text);
  // A text without tokens of its own is refused; one that is empty, too.
  if (counted != (text.empty() || expected == 0 ? -1 : expected)) {
    fprintf(stderr, "%s: %lld tokens, expected %lld: %s\n", name.c_str(), static_cast<long long>(counted),
            static_cast<long long>(expected), text.c_str());
    CHECK(!"counts as libllama does");
  }
}

static void vocabulary__counts_as_its_authors_tokenizer_does(void) {
  size_t compared = 0;
  for (const auto &file : files()) {
    composed::pair pair(file, "");
    for (const samples::expected_tokens &expected : samples::expectations(file)) {
      if (pair.tokens(expected.text, false, false) != expected.tokens) {
        fprintf(stderr, "%s: libllama itself differs: %s\n", file.stem().c_str(), expected.text.c_str());
        CHECK(!"has the tokens of its authors' tokenizer");
      }
      check_count(pair, file.stem().string(), expected.text);
      compared++;
    }
  }
  fprintf(stderr, "%zu texts compared\n", compared);
  CHECK(compared > 100);
}

static void vocabulary__counts_odd_texts_as_libllama_does(void) {
  for (const auto &file : files()) {
    composed::pair pair(file, "");
    for (const std::string &text : odd_texts()) check_count(pair, file.stem().string(), text);
  }
}

static void vocabulary__is_spoken_in_as_libllama_does(void) {
  for (const auto &file : files()) {
    composed::pair pair(file, "");
    for (const std::string &prompt : {std::string("Hello, world! Ünïcödé 日本語 🦙"), odd_texts().back()}) {
      std::vector<llama_token> tokens = pair.tokens(prompt, true, false);
      composed::answer answer = pair.ask(prompt, nullptr, "");
      CHECK_TEXT("", answer.problem.c_str());
      CHECK_INT(tokens.size(), answer.prompt_tokens);
      const std::string expected = pair.continuation(tokens);
      CHECK_TEXT(expected.c_str(), answer.text.c_str());
    }
  }
}

int main(int argc, char **argv) {
  llama_log_set([](ggml_log_level, const char *, void *) {}, nullptr);
  llama_engine::backend_load();
  const struct check_test tests[] = {TEST(vocabulary__counts_as_its_authors_tokenizer_does),
                                     TEST(vocabulary__counts_odd_texts_as_libllama_does),
                                     TEST(vocabulary__is_spoken_in_as_libllama_does)};
  return check_run(tests, sizeof tests / sizeof tests[0], argc, argv);
}
