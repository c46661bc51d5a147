// What the grammar of a schema allows, and whether it says rightly that it covers all of the schema.
#include "engine/grammar/schema_grammar.hpp"

#include "tests/check.h"
#include "tests/unit/grammar/grammar_texts.hpp"

enum cover { NONE, PARTIAL, FULL };

struct held {
  explicit held(const char *schema) {
    auto made = grammars::schema_grammar_of(schema);
    if (!made) return;
    covers = made->is_full ? FULL : PARTIAL;
    places = grammar_tests::places_of(std::move(made->rules));
  }
  bool allows(const char *text) const {
    return grammar_tests::is_text(places, text);
  }
  cover covers = NONE;
  std::shared_ptr<grammars::grammar_places> places;
};

static void an_object__has_its_properties_in_order_and_the_required_ones_always(void) {
  held schema(R"({"type":"object","properties":{"a":{"type":"integer"},"b":{"type":"string"},"c":{"type":"boolean"}},
                 "required":["b"],"additionalProperties":false})");
  CHECK_INT(FULL, schema.covers);
  CHECK(schema.allows(R"({"a":1,"b":"x","c":true})"));
  CHECK(schema.allows(R"({"b":"x"})"));
  CHECK(schema.allows(R"({ "b": "x", "c": false })"));
  CHECK(schema.allows("{\n  \"a\": 12,\n  \"b\": \"\"\n}"));
  CHECK(!schema.allows(R"({})"));
  CHECK(!schema.allows(R"({"a":1})"));
  CHECK(!schema.allows(R"({"b":"x","d":1})"));
  CHECK(!schema.allows(R"({"a":1.5,"b":"x"})"));
  CHECK(!schema.allows(R"({"a":1,"b":"x",})"));
}

static void blanks__are_bounded(void) {
  held schema(R"({"type":"array","items":{"type":"null"}})");
  CHECK(schema.allows("[ null, null ]"));
  CHECK(!schema.allows("[  null]"));
  CHECK(!schema.allows("[\n\nnull]"));
  CHECK(!schema.allows(" [null]"));
  CHECK(!schema.allows("[null] "));
  CHECK(!schema.allows(("[\n" + std::string(17, ' ') + "null]").c_str()));
}

static void integers__keep_their_bounds(void) {
  for (int least = -23; least <= 120; least += 11) {
    for (int most = least; most <= 140; most += 13) {
      char text[128];
      snprintf(text, sizeof text, R"({"type":"integer","minimum":%d,"maximum":%d})", least, most);
      held schema(text);
      CHECK_INT(FULL, schema.covers);
      for (int number = -40; number <= 160; number++) {
        CHECK_INT(number >= least && number <= most, schema.allows(std::to_string(number).c_str()));
      }
    }
  }
  held open(R"({"type":"integer","exclusiveMinimum":0,"exclusiveMaximum":3.5})");
  CHECK_INT(FULL, open.covers);
  CHECK(!open.allows("0"));
  CHECK(open.allows("3"));
  CHECK(!open.allows("4"));
  CHECK(!open.allows("01"));
}

static void numbers__keep_bounds_that_are_whole(void) {
  held share(R"({"type":"number","minimum":0,"maximum":1})");
  CHECK_INT(FULL, share.covers);
  CHECK(share.allows("0.25"));
  CHECK(share.allows("1"));
  CHECK(!share.allows("1.5"));
  CHECK(!share.allows("-0.5"));
  held half(R"({"type":"number","minimum":0.5})");
  CHECK_INT(PARTIAL, half.covers);
  CHECK_INT(PARTIAL, held(R"({"type":"number","multipleOf":0.01})").covers);
}

static void strings__keep_lengths_and_patterns(void) {
  held length(R"({"type":"string","minLength":2,"maxLength":3})");
  CHECK_INT(FULL, length.covers);
  CHECK(length.allows("\"\xf0\x9f\x98\x80z\""));
  CHECK(length.allows(R"("\"\\n")"));
  CHECK(!length.allows(R"("a")"));
  CHECK(!length.allows(R"("abcd")"));
  held pattern(R"({"type":"string","pattern":"^[A-Z]{2}-\\d+$"})");
  CHECK_INT(FULL, pattern.covers);
  CHECK(pattern.allows(R"("AB-12")"));
  CHECK(!pattern.allows(R"("AB-")"));
  CHECK(!pattern.allows(R"("xAB-1")"));
  held inside(R"({"type":"string","pattern":"ab|^c"})");
  CHECK_INT(FULL, inside.covers);
  CHECK(inside.allows(R"("xxabyy")"));
  CHECK(inside.allows(R"("cx")"));
  CHECK(!inside.allows(R"("xc")"));
  CHECK_INT(PARTIAL, held(R"({"type":"string","pattern":"\\bab"})").covers);
  CHECK_INT(PARTIAL, held(R"({"type":"string","pattern":"ab","maxLength":5})").covers);
}

static void arrays__keep_their_counts(void) {
  held array(
      R"({"type":"array","prefixItems":[{"type":"integer"}],"items":{"type":"null"},"minItems":2,"maxItems":3})");
  CHECK_INT(FULL, array.covers);
  CHECK(array.allows("[1,null]"));
  CHECK(array.allows("[1, null, null]"));
  CHECK(!array.allows("[1]"));
  CHECK(!array.allows("[1,null,null,null]"));
  CHECK(!array.allows("[null,null]"));
  held tuple(R"({"type":"array","prefixItems":[{"type":"integer"},{"type":"boolean"}],"items":false})");
  CHECK_INT(FULL, tuple.covers);
  CHECK(tuple.allows("[]"));
  CHECK(tuple.allows("[1,true]"));
  CHECK(!tuple.allows("[1,true,1]"));
  CHECK_INT(PARTIAL, held(R"({"type":"array","items":{"type":"null"},"uniqueItems":true})").covers);
}

static void enums_and_constants__are_their_texts(void) {
  held schema(R"({"enum":["red","green",  {"a" : [1, "x y"]}, null, 1.50]})");
  CHECK_INT(FULL, schema.covers);
  CHECK(schema.allows(R"("red")"));
  CHECK(schema.allows(R"({"a":[1,"x y"]})"));
  CHECK(schema.allows("1.50"));
  CHECK(!schema.allows(R"("blue")"));
  held typed(R"({"type":"string","enum":["a",1,null]})");
  CHECK_INT(FULL, typed.covers);
  CHECK(!typed.allows("1"));
  CHECK_INT(PARTIAL, held(R"({"type":"string","enum":["a","abc"],"minLength":2})").covers);
}

static void references__may_recur(void) {
  held tree(R"({"$ref":"#/$defs/tree","$defs":{"tree":{"type":"object","properties":{
    "left":{"$ref":"#/$defs/tree"},"value":{"type":"integer"}},"required":["value"],"additionalProperties":false}}})");
  CHECK_INT(FULL, tree.covers);
  CHECK(tree.allows(R"({"left":{"left":{"value":1},"value":2},"value":3})"));
  CHECK(!tree.allows(R"({"left":{}})"));
}

static void an_all_of_one__is_that_one(void) {
  held schema(R"({"type":"object","properties":{"x":{"allOf":[{"$ref":"#/$defs/n"}]}},"required":["x"],
                  "additionalProperties":false,"$defs":{"n":{"type":"integer"}}})");
  CHECK_INT(FULL, schema.covers);
  CHECK(schema.allows(R"({"x":7})"));
  CHECK(!schema.allows(R"({"x":"7"})"));
}

static void an_all_of_objects__has_the_properties_of_all(void) {
  held schema(R"({"allOf":[{"$ref":"#/$defs/pet"},{"type":"object","properties":{"bark":{"type":"boolean"}},
    "required":["bark"]}],"$defs":{"pet":{"type":"object","properties":{"name":{"type":"string"}},"required":["name"]}}})");
  CHECK_INT(FULL, schema.covers);
  CHECK(schema.allows(R"({"name":"Rex","bark":true})"));
  CHECK(!schema.allows(R"({"name":"Rex"})"));
}

static void alternatives__of_types_of_their_own_are_covered(void) {
  held any(R"({"anyOf":[{"type":"string"},{"type":"null"}]})");
  CHECK_INT(FULL, any.covers);
  CHECK(any.allows("null"));
  CHECK(!any.allows("1"));
  CHECK_INT(FULL, held(R"({"oneOf":[{"type":"string"},{"type":"null"}]})").covers);
  CHECK_INT(PARTIAL, held(R"({"oneOf":[{"type":"string"},{"type":"string","maxLength":3}]})").covers);
  CHECK_INT(FULL, held(R"({"type":["string","null"],"description":"d","default":null})").covers);
}

static void what_no_grammar_holds__is_left_to_the_validator(void) {
  CHECK_INT(PARTIAL, held("{}").covers);
  CHECK_INT(PARTIAL, held(R"({"type":"object"})").covers);
  CHECK_INT(PARTIAL, held(R"({"type":"integer","not":{"const":3}})").covers);
  CHECK_INT(PARTIAL, held(R"({"$ref":"https://example.com/other"})").covers);
  CHECK_INT(NONE, held("false").covers);
  CHECK_INT(NONE, held("no json").covers);
  CHECK_INT(NONE, held(R"({"enum":[]})").covers);
}

CHECK_MAIN(TEST(an_object__has_its_properties_in_order_and_the_required_ones_always), TEST(blanks__are_bounded),
           TEST(integers__keep_their_bounds), TEST(numbers__keep_bounds_that_are_whole),
           TEST(strings__keep_lengths_and_patterns), TEST(arrays__keep_their_counts),
           TEST(enums_and_constants__are_their_texts), TEST(references__may_recur), TEST(an_all_of_one__is_that_one),
           TEST(an_all_of_objects__has_the_properties_of_all), TEST(alternatives__of_types_of_their_own_are_covered),
           TEST(what_no_grammar_holds__is_left_to_the_validator))
