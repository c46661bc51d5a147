#include "schema/json_feed.h"

#include "tests/check.h"
#include "tests/seeded_random.h"

static const uint64_t key[2] = {1, 2};

/* Reads the text in pieces of `step` bytes; whether it is taken as one JSON value. */
static bool reads(struct json_tape *tape, const char *text, uint64_t size, uint64_t step) {
  struct json_feed feed;
  struct feed_event event;
  json_tape_begin(tape, key);
  json_feed_begin(&feed, tape);
  for (uint64_t at = 0; at <= size; at += step) {
    const uint64_t part = size - at < step ? size - at : step;
    CHECK_INT(LLMB_OK, json_tape_append(tape, text + at, part));
    json_feed_text(&feed, size - at < step);
    do {
      CHECK_INT(LLMB_OK, json_feed_next(&feed, &event));
      if (event.kind == FEED_WRONG) return false;
    } while (event.kind != FEED_MORE);
  }
  return json_feed_is_done(&feed);
}

static void feed__takes_what_json_check_takes_however_it_is_cut(void) {
  static const char *const texts[] = {"null",
                                      " true ",
                                      "false",
                                      "-0.5e+10",
                                      "0",
                                      "01",
                                      "1.",
                                      "1e",
                                      "-",
                                      "+1",
                                      "\"a\\u0041\\n\"",
                                      "\"\\ud83d\\ude00\"",
                                      "\"\\ud83d\"",
                                      "\"\\ud83dx\"",
                                      "\"\\x\"",
                                      "\"\\u12g4\"",
                                      "\"",
                                      "[]",
                                      "[1,2,[3]]",
                                      "[1,]",
                                      "[,1]",
                                      "{}",
                                      "{\"a\":{\"b\":[null]},\"c\":1}",
                                      "{\"a\":1,}",
                                      "{\"a\" 1}",
                                      "{a:1}",
                                      "{\"a\":1}}",
                                      "1 2",
                                      "",
                                      " ",
                                      "nul",
                                      "nulll",
                                      "\"\xc3\xa4\"",
                                      "\"\xc3\"",
                                      "\"\xff\"",
                                      "[\"\xf0\x9f\x98\x80\",\"\t\"]",
                                      "tru\xc3\xa4",
                                      "[1 2]",
                                      "\"\\ud83d\\u0041\""};
  for (unsigned i = 0; i < sizeof texts / sizeof texts[0]; i++) {
    const uint64_t size = strlen(texts[i]);
    const bool is_json = json_check((const uint8_t *)texts[i], size, NULL, NULL) == LLMB_OK;
    for (uint64_t step = 1; step <= size + 1; step++) {
      struct json_tape tape;
      if (reads(&tape, texts[i], size, step) != is_json) {
        fprintf(stderr, "%s in pieces of %d\n", texts[i], (int)step);
        check_failures++;
      }
      json_tape_close(&tape);
    }
  }
}

static void feed__agrees_with_json_check_about_random_texts(void) {
  static const char letters[] = "{}[]:,\"\\u0d8ae-+.12tfnrlsx \n\xc3\xa4";
  struct random random = {77};
  unsigned good = 0;
  for (unsigned i = 0; i < 200000; i++) {
    char text[16];
    struct json_tape tape;
    const uint64_t size = random_next(&random, sizeof text);
    for (uint64_t k = 0; k < size; k++) text[k] = letters[random_next(&random, sizeof letters - 1)];
    const bool is_json = json_check((const uint8_t *)text, size, NULL, NULL) == LLMB_OK;
    good += is_json;
    CHECK(reads(&tape, text, size, 1 + random_next(&random, 4)) == is_json);
    json_tape_close(&tape);
  }
  CHECK(good > 100);
}

static void tape__knows_the_place_of_each_value(void) {
  static const char text[] = "{\"a\":[10,{\"b~/\":true}],\"\\u00e4\":null}";
  static const struct {
    uint32_t node;
    const char *pointer;
  } places[] = {{0, ""}, {1, "/a"}, {2, "/a"}, {3, "/a/0"}, {4, "/a/1"}, {6, "/a/1/b~0~1"}, {8, "/\xc3\xa4"}};
  struct json_tape tape;
  CHECK(reads(&tape, text, strlen(text), 3));
  for (unsigned i = 0; i < sizeof places / sizeof places[0]; i++) {
    char pointer[64];
    json_tape_pointer(&tape, places[i].node, pointer, sizeof pointer);
    CHECK_TEXT(places[i].pointer, pointer);
  }
  char cut[8];
  json_tape_pointer(&tape, 6, cut, sizeof cut);
  CHECK_TEXT("/b~0~1", cut + strlen(cut) - 6);
  json_tape_close(&tape);
}

static bool equal(const char *a, const char *b) {
  struct json_tape one, other;
  CHECK(reads(&one, a, strlen(a), 1) && reads(&other, b, strlen(b), 100));
  const bool is_equal = json_tape_equal(&one, 0, &other, 0);
  json_tape_close(&one);
  json_tape_close(&other);
  return is_equal;
}

static void values__are_equal_as_json_has_it(void) {
  CHECK(equal("1", "1.0"));
  CHECK(equal("\"\\u0061\"", "\"a\""));
  CHECK(equal("{\"a\":1,\"b\":[2,3]}", "{\"b\":[2.0,3],\"a\":1}"));
  CHECK(!equal("[1,2]", "[2,1]"));
  CHECK(!equal("1", "\"1\""));
  CHECK(!equal("0", "false"));
  CHECK(!equal("9007199254740993", "9007199254740992"));
  CHECK(!equal("{\"a\":1,\"b\":2}", "{\"a\":2,\"b\":1}"));
  CHECK(!equal("[[],[]]", "[[[]]]"));
  CHECK(!equal("{\"a\":null}", "{}"));
}

CHECK_MAIN(TEST(feed__takes_what_json_check_takes_however_it_is_cut),
           TEST(feed__agrees_with_json_check_about_random_texts), TEST(tape__knows_the_place_of_each_value),
           TEST(values__are_equal_as_json_has_it))
