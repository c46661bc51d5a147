// The public JSON-Schema-Test-Suite against grammars: one that says that it is full allows no invalid instance, and
// what it makes up is valid; one that is not says so.
#include <filesystem>
#include <fstream>
#include <sstream>

#include "engine/grammar/schema_grammar.hpp"
#include "tests/check.h"
#include "tests/unit/grammar/grammar_texts.hpp"

extern "C" {
#include "core/json_reader.h"
#include <llmbridge/schema.h>
#include "schema/schema_compile.h"
#include "schema/schema_stream.h"
}

struct tally {
  unsigned groups, made, full, invalid_refused, valid_allowed, valid, drawn;
};

// Whether the text, which may be cut, begins as the schema has it.
static bool is_beginning(const schema_set *set, const std::string &text, bool is_whole) {
  schema_stream *stream = nullptr;
  llmb_error error;
  llmb_error_init(&error);
  CHECK_INT(LLMB_OK, schema_stream_open(set, &stream));
  llmb_status status = schema_stream_take(stream, text.data(), text.size(), is_whole, &error);
  schema_stream_close(stream);
  if (status != LLMB_OK) fprintf(stderr, "%s: %s\n", text.c_str(), error.message);
  return status == LLMB_OK;
}

static void draw_some(const schema_set *set, const std::shared_ptr<grammars::grammar_places> &places, tally &count) {
  for (unsigned seed = 0; seed < 10; seed++) {
    bool is_whole = false;
    std::string text = grammar_tests::drawn_text(places, seed, 300, &is_whole);
    CHECK(is_beginning(set, text, is_whole));
    count.drawn++;
  }
}

static void run_group(json_value group, schema_draft draft, tally &count) {
  json_value schema = json_member(group, "schema"), tests = json_member(group, "tests"), test = {};
  schema_set set;
  llmb_error error;
  llmb_error_init(&error);
  bool compiles = schema_compile(&set, schema.text, schema.size, {draft, false}, &error) == LLMB_OK;
  auto made = grammars::schema_grammar_of({schema.text, schema.size});
  count.groups++;
  if (!compiles || !made) {
    schema_set_close(&set);
    return;
  }
  count.made++;
  count.full += made->is_full;
  auto places = grammar_tests::places_of(std::move(made->rules));
  for (uint64_t at = 0; json_next(tests, &at, nullptr, &test);) {
    json_value data = json_member(test, "data");
    bool is_allowed = grammar_tests::is_text(places, {data.text, data.size});
    if (json_member(test, "valid").kind == JSON_TRUE) {
      count.valid++;
      count.valid_allowed += is_allowed;
    } else if (made->is_full) {
      count.invalid_refused += !is_allowed;
      if (is_allowed) fprintf(stderr, "%.*s\n%.*s\n", (int)schema.size, schema.text, (int)data.size, data.text);
      CHECK(!is_allowed);
    }
  }
  if (made->is_full) draw_some(&set, places, count);
  schema_set_close(&set);
}

static tally run_folder(const char *name, schema_draft draft) {
  tally count = {};
  for (const auto &entry : std::filesystem::directory_iterator(std::string(SUITE) + "/" + name)) {
    if (entry.path().extension() != ".json") continue;
    std::stringstream text;
    text << std::ifstream(entry.path()).rdbuf();
    const std::string whole = text.str();
    json_value group = {};
    for (uint64_t at = 0; json_next(json_read(whole.data(), whole.size()), &at, nullptr, &group);) {
      run_group(group, draft, count);
    }
  }
  printf(
      "%s: %u groups, %u with a grammar, %u of these full: %u invalid instances refused, %u texts drawn; %u of %u "
      "valid instances allowed\n",
      name, count.groups, count.made, count.full, count.invalid_refused, count.drawn, count.valid_allowed, count.valid);
  return count;
}

static void a_full_grammar_of_2020_12__allows_nothing_invalid(void) {
  tally count = run_folder("draft2020-12", SCHEMA_DRAFT_2020);
  CHECK(count.full > 50);
}

static void a_full_grammar_of_draft_7__allows_nothing_invalid(void) {
  tally count = run_folder("draft7", SCHEMA_DRAFT_7);
  CHECK(count.full > 50);
}

int main(int argc, char **argv) {
  static const check_test tests[] = {TEST(a_full_grammar_of_2020_12__allows_nothing_invalid),
                                     TEST(a_full_grammar_of_draft_7__allows_nothing_invalid)};
  if (access(SUITE, R_OK) != 0) {
    fprintf(stderr, "the JSON-Schema-Test-Suite is not at %s\n", SUITE);
    return getenv("CI") != nullptr ? 1 : 77;
  }
  return check_run(tests, sizeof tests / sizeof tests[0], argc, argv);
}
