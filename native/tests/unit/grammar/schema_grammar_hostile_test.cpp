// Schemas that are made to kill what converts them, or to hold it up.
#include "engine/grammar/schema_grammar.hpp"

#include "engine/grammar/token_mask.hpp"
#include "tests/check.h"
#include "tests/unit/grammar/grammar_texts.hpp"

static std::optional<grammars::schema_grammar> made_of(const std::string &schema) {
  return grammars::schema_grammar_of(schema);
}

static bool allows(std::optional<grammars::schema_grammar> made, std::string_view text) {
  return made && grammar_tests::is_text(grammar_tests::places_of(std::move(made->rules)), text);
}

// 147 bytes of this kind end llama.cpp's converter by a stack overflow.
static void a_cycle_through_all_of__ends(void) {
  const char *cycle =
      R"({"$ref":"#/$defs/a","$defs":{"a":{"allOf":[{"$ref":"#/$defs/b"}]},"b":{"allOf":[{"$ref":"#/$defs/a"}]}}})";
  auto made = made_of(cycle);
  CHECK(made && !made->is_full);
  CHECK(allows(made_of(cycle), "[1]"));
  auto self = made_of(R"({"allOf":[{"$ref":"#"},{"$ref":"#"}]})");
  CHECK(self && !self->is_full);
  auto any = made_of(R"({"anyOf":[{"$ref":"#"},{"type":"null"}]})");
  CHECK(any && !any->is_full);
}

static void all_of_that_doubles_at_each_level__ends(void) {
  std::string schema = R"({"$ref":"#/$defs/x0","$defs":{)";
  for (int i = 0; i < 60; i++) {
    const std::string next = R"({"$ref":"#/$defs/x)" + std::to_string(i + 1) + "\"}";
    schema += "\"x" + std::to_string(i) + R"(":{"allOf":[)" + next + "," + next + "]},";
  }
  schema += R"("x60":{"type":"object","properties":{"a":{"type":"null"}},"required":["a"]}}})";
  auto made = made_of(schema);
  CHECK(made && !made->is_full);
}

static void an_enum_of_5000__is_held_by_what_its_texts_begin_with(void) {
  std::string schema = R"({"enum":[)";
  for (int i = 0; i < 5000; i++) schema += (i > 0 ? ",\"v" : "\"v") + std::to_string(i * 7919) + "\"";
  schema += "]}";
  auto made = made_of(schema);
  CHECK(made && made->is_full);
  auto places = grammar_tests::places_of(std::move(made->rules));
  CHECK(grammar_tests::is_text(places, "\"v7919\""));
  CHECK(!grammar_tests::is_text(places, "\"v7918\""));
  std::vector<std::string> texts;
  for (int i = 0; i < 100000; i++) texts.push_back("v" + std::to_string(i));
  grammars::token_texts tokens(texts);
  grammars::token_masks masks;
  grammars::grammar_state state(places);
  CHECK(state.take("\"", 1));
  const grammars::token_bits &bits = masks.of(state, tokens, {});
  CHECK(grammars::has_token(bits, 7919));
  CHECK(!grammars::has_token(bits, 7918 * 10));
}

static void an_enum_of_more_bytes_than_a_grammar_holds__is_left_to_the_validator(void) {
  std::string schema = R"({"type":"string","enum":[)";
  for (int i = 0; i < 5000; i++) schema += (i > 0 ? ",\"" : "\"") + std::string(40, 'x') + std::to_string(i) + "\"";
  auto made = made_of(schema + "]}");
  CHECK(made && !made->is_full);
  CHECK(allows(made_of(schema + "]}"), "\"anything\""));
  CHECK(!allows(made_of(schema + "]}"), "17"));
}

static void bounds_over_2000__are_left_to_the_validator(void) {
  for (const char *schema : {R"({"type":"string","maxLength":2001})", R"({"type":"string","minLength":1000000000})",
                             R"({"type":"array","items":{"type":"null"},"minItems":100000,"maxItems":4294967296})",
                             R"({"type":"string","pattern":"^a{2001}$"})", R"({"type":"string","minLength":1e400})",
                             R"({"type":"array","items":{"type":"null"},"maxItems":-1})"}) {
    auto made = made_of(schema);
    CHECK(made && !made->is_full);
  }
  CHECK(made_of(R"({"type":"string","maxLength":2000})")->is_full);
}

static void products_of_repetitions__cost_their_sum(void) {
  std::string schema = R"({"type":"string","maxLength":2000})";
  for (int i = 0; i < 8; i++) schema = R"({"type":"array","maxItems":2000,"items":)" + schema + "}";
  auto made = made_of(schema);
  CHECK(made && made->is_full);
  CHECK(allows(std::move(made), "[[[[[[[[\"x\"]]]]]]]]"));
}

static void levels_beyond_64__are_left_to_the_validator(void) {
  std::string schema = R"({"type":"null"})";
  for (int i = 0; i < 400; i++) schema = R"({"type":"array","items":)" + schema + "}";
  auto made = made_of(schema);
  CHECK(made && !made->is_full);
  std::string references = R"({"$ref":"#/$defs/x0","$defs":{)";
  for (int i = 0; i < 400; i++) {
    references += "\"x" + std::to_string(i) + R"(":{"$ref":"#/$defs/x)" + std::to_string(i + 1) + "\"},";
  }
  made = made_of(references + R"("x400":{"type":"null"}}})");
  CHECK(made && !made->is_full);
  std::string pattern(3000, '(');
  made = made_of(R"({"type":"string","pattern":")" + pattern + "a" + std::string(3000, ')') + "\"}");
  CHECK(made && !made->is_full);
}

static void thousands_of_properties__are_a_grammar_or_none(void) {
  std::string schema = R"({"type":"object","additionalProperties":false,"properties":{)";
  for (int i = 0; i < 4000; i++) schema += (i > 0 ? ",\"p" : "\"p") + std::to_string(i) + R"(":{"type":"null"})";
  auto made = made_of(schema + "}}");
  CHECK(made && made->is_full);
  CHECK(allows(std::move(made), R"({"p0":null,"p3999":null})"));
  schema.clear();
  for (int i = 0; i < 60000; i++) schema += (i > 0 ? ",\"p" : "\"p") + std::to_string(i) + R"(":{"type":"null"})";
  CHECK(!made_of(R"({"type":"object","properties":{)" + schema + "}}"));
}

static void what_looks_like_another_notation__is_a_text(void) {
  CHECK(!made_of("%llguidance {}"));
  CHECK(made_of(R"({"const":"%llguidance {}\nstart: x"})")->is_full);
}

CHECK_MAIN(TEST(a_cycle_through_all_of__ends), TEST(all_of_that_doubles_at_each_level__ends),
           TEST(an_enum_of_5000__is_held_by_what_its_texts_begin_with),
           TEST(an_enum_of_more_bytes_than_a_grammar_holds__is_left_to_the_validator),
           TEST(bounds_over_2000__are_left_to_the_validator), TEST(products_of_repetitions__cost_their_sum),
           TEST(levels_beyond_64__are_left_to_the_validator), TEST(thousands_of_properties__are_a_grammar_or_none),
           TEST(what_looks_like_another_notation__is_a_text))
