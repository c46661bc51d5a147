// Long text without breaks, with the pre-tokenizers of llama.cpp, which recurse once per character.
#include <cstring>
#include <string>

#include "tests/check.h"
#include "engine/llama/failure.hpp"
#include "engine/llama/tokenizer.hpp"
#include "tests/llama/vocabularies.hpp"

using namespace llama_engine;

// A vocabulary read as if its file asked for another pre-tokenizer.
static vocabularies::vocabulary with_pre_tokenizer(const std::string &name, const char *pre) {
  llama_model_kv_override overrides[2] = {};
  overrides[0].tag = LLAMA_KV_OVERRIDE_TYPE_STR;
  std::snprintf(overrides[0].key, sizeof overrides[0].key, "tokenizer.ggml.pre");
  std::snprintf(overrides[0].val_str, sizeof overrides[0].val_str, "%s", pre);
  llama_model_params params = llama_model_default_params();
  params.vocab_only = true;
  params.kv_overrides = overrides;
  vocabularies::vocabulary loaded{pre, nullptr, nullptr};
  std::string path = vocabularies::folder() / ("ggml-vocab-" + name + ".gguf");
  loaded.model.reset(llama_model_load_from_file(path.c_str(), params));
  if (loaded.model == nullptr) {
    fprintf(stderr, "there is no pre-tokenizer %s\n", pre);
    std::exit(1);
  }
  loaded.vocab = llama_model_get_vocab(loaded.model.get());
  return loaded;
}

// Those that recurse (measured: 352 bytes of stack a character), and some that do not.
static const char *const pre_tokenizers[] = {"tekken", "deepseek-llm", "deepseek-coder", "deepseek-v3", "gpt-4o",
                                             "bloom",  "viking",       "falcon",         "llama4",      "bailingmoe",
                                             "afmoe",  "tiny_aya",     "llama-bpe",      "qwen2",       "gpt-2"};

struct text_kind {
  const char *name, *unit;
};
static const text_kind kinds[] = {{"letters", "a"},  {"capitals", "QZ"},    {"blanks", " "}, {"lines", "\n"},
                                  {"digits", "7"},   {"punctuation", "!-"}, {"CJK", "東京"}, {"marks", "é́"},
                                  {"mixed", "aB1 "}, {"emoji", "🙂"}};

static std::string repeated(const char *unit, size_t size) {
  std::string text;
  while (text.size() < size) text += unit;
  return text;
}

static llmb_status divide(tokenizer &divider, const std::string &text, uint32_t context, size_t *count) {
  try {
    size_t tokens = divider.tokens(text, specials::as_text, context).size();
    if (count != nullptr) *count = tokens;
    return LLMB_OK;
  } catch (const failure &error) {
    return error.status;
  }
}

// What is said anew where a conversation's text is compared with what was said.
static void unbroken_rest_of_an_answer_ends_no_process(void) {
  vocabularies::vocabulary of = with_pre_tokenizer("gpt-2", "tekken");
  tokenizer divider(of.vocab, {});
  CHECK(!divider.texts().divide(repeated("a", 60000)).empty());
}

static void unbroken_text_ends_no_process_whatever_the_pre_tokenizer(void) {
  for (const char *pre : pre_tokenizers) {
    vocabularies::vocabulary of = with_pre_tokenizer("gpt-2", pre);
    tokenizer divider(of.vocab, {});
    for (const text_kind &kind : kinds) {
      check_watch();
      size_t tokens = 0;
      CHECK_INT(LLMB_OK, divide(divider, repeated(kind.unit, 60000), 1 << 20, &tokens));
      CHECK(tokens > 0);
    }
  }
}

static void text_that_cannot_fit_is_refused_by_its_bytes(void) {
  for (const char *pre : {"tekken", "deepseek-llm", "gpt-4o"}) {
    vocabularies::vocabulary of = with_pre_tokenizer("gpt-2", pre);
    tokenizer divider(of.vocab, {});
    for (const text_kind &kind : kinds) {
      check_watch();
      CHECK_INT(LLMB_E_CONTEXT_FULL, divide(divider, repeated(kind.unit, 4 << 20), 4096, nullptr));
    }
  }
}

static void what_no_stack_could_hold_is_refused_as_the_callers_mistake(void) {
  vocabularies::vocabulary of = with_pre_tokenizer("gpt-2", "tekken");
  tokenizer divider(of.vocab, {});
  CHECK_INT(LLMB_E_INVALID_ARGUMENT, divide(divider, repeated("a", 4 << 20), UINT32_MAX, nullptr));
}

static void the_least_count_by_bytes_is_never_above_the_true_one(void) {
  for (const std::string &name : vocabularies::names()) {
    check_watch();
    vocabularies::vocabulary of = vocabularies::load(name);
    token_bounds bounds(of.vocab);
    for (const text_kind &kind : kinds) {
      for (size_t size : {size_t{1}, size_t{100}, size_t{3000}}) {
        std::string text = repeated(kind.unit, size);
        CHECK(bounds.tokens_least(text) <= vocabularies::reference(of.vocab, text, false, false).size());
        CHECK(bounds.tokens_least(text) <= vocabularies::reference(of.vocab, text, false, true).size());
      }
    }
    for (const std::string &control : vocabularies::controls(of.vocab, 50)) {
      std::string text = repeated(control.c_str(), 3000);
      CHECK(bounds.tokens_least(text) <= vocabularies::reference(of.vocab, text, false, true).size());
    }
    if (check_failures > 0) {
      fprintf(stderr, "  with the vocabulary %s\n", name.c_str());
      return;
    }
  }
}

static void others_are_told_of_progress_while_a_long_text_is_divided(void) {
  vocabularies::vocabulary of = vocabularies::load("llama-bpe");
  int calls = 0;
  tokenizer divider(of.vocab, [&] { calls++; });
  for (size_t size = 1 << 20; calls == 0; size *= 2)
    (void)divide(divider, repeated("word and ", size), 1 << 30, nullptr);
  CHECK(calls > 0);
}

int main(int argc, char **argv) {
  llama_log_set([](ggml_log_level, const char *, void *) {}, nullptr);
  const struct check_test tests[] = {TEST(unbroken_text_ends_no_process_whatever_the_pre_tokenizer),
                                     TEST(unbroken_rest_of_an_answer_ends_no_process),
                                     TEST(text_that_cannot_fit_is_refused_by_its_bytes),
                                     TEST(what_no_stack_could_hold_is_refused_as_the_callers_mistake),
                                     TEST(the_least_count_by_bytes_is_never_above_the_true_one),
                                     TEST(others_are_told_of_progress_while_a_long_text_is_divided)};
  return check_run(tests, sizeof tests / sizeof tests[0], argc, argv);
}
