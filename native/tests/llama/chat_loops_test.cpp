// Chat templates whose loops do not end, or hardly.
#include <cstring>
#include <string>

#include "tests/check.h"
#include "engine/llama/chat.hpp"
#include "engine/llama/failure.hpp"
#include "tests/llama/vocabularies.hpp"

using namespace llama_engine;

static std::string rendered(chat_template &of, const std::string &prompt = "Hello") {
  try {
    return of.render(nullptr, nullptr, prompt, nullptr);
  } catch (const failure &error) {
    return std::string(llmb_status_name(error.status)) + ": " + error.what();
  }
}

static bool goes_round_too_often(const std::string &text) {
  return text.find("engine_error: ") == 0 && text.find("go round more than 1000 times") != std::string::npos;
}

static constexpr uint64_t few_turns = 1000;

// Each goes round more often than it may, in little time if nobody counts, and writes nothing.
static const char *const endless[] = {
    "{% for a in range(100) %}{% for b in range(100) %}{% endfor %}{% endfor %}",
    "{% for a in range(100) %}{% for b in range(100) %}{% set c = b %}{% endfor %}{% endfor %}{{ "
    "messages[0].content }}",
    "{% macro twice(n) %}{% if n > 0 %}{{ twice(n - 1) }}{{ twice(n - 1) }}{% endif %}{% endmacro %}{{ twice(14) }}",
    "{% for a in range(100) %}{% if a >= 0 %}{% for b in range(100) %}{% else %}x{% endfor %}{% endif %}{% "
    "endfor %}",
    "{% set x %}{% for a in range(100) %}{% for b in range(100) %}{% endfor %}{% endfor %}{% endset %}",
};

static void loops_that_hardly_end_are_an_error_of_the_template(void) {
  vocabularies::vocabulary of = vocabularies::load("llama-bpe");
  for (const char *source : endless) {
    check_watch();
    chat_template loops(of.model.get(), source, few_turns);
    const std::string text = rendered(loops);
    CHECK(goes_round_too_often(text));
    if (check_failures > 0) fprintf(stderr, "  %s: %s\n", source, text.c_str());
  }
}

static void each_rendering_may_go_round_as_often_as_the_one_before(void) {
  vocabularies::vocabulary of = vocabularies::load("llama-bpe");
  chat_template loops(of.model.get(),
                      "{% for a in range(5) %}{% for b in range(5) %}{% endfor %}{% endfor %}{{ messages[0].content }}",
                      few_turns);
  for (int i = 0; i < 60; i++) {
    check_watch();
    CHECK(rendered(loops) == "Hello");
  }
}

static void long_conversations_go_round_as_often_as_they_are_long(void) {
  vocabularies::vocabulary of = vocabularies::load("llama-bpe");
  chat_template loops(of.model.get(), "{% for m in messages %}{{ m.content }}{% endfor %}");
  std::string messages = "[", expected;
  for (int i = 0; i < 2000; i++) {
    messages += std::string(i > 0 ? "," : "") + R"({"role":"user","content":"a"})";
    expected += "a";
  }
  check_watch();
  CHECK(loops.render(nullptr, (messages + "]").c_str(), "", nullptr) == expected);
}

int main(int argc, char **argv) {
  llama_log_set([](ggml_log_level, const char *, void *) {}, nullptr);
  const struct check_test tests[] = {TEST(loops_that_hardly_end_are_an_error_of_the_template),
                                     TEST(each_rendering_may_go_round_as_often_as_the_one_before),
                                     TEST(long_conversations_go_round_as_often_as_they_are_long)};
  return check_run(tests, sizeof tests / sizeof tests[0], argc, argv);
}
