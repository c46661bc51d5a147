#include "schema/json_feed.h"
#include "schema/json_names.h"

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

static void feed__finds_what_ends_a_string_at_each_place_of_it(void) {
  static const char *const ends[] = {"\"",   "\\n\"",      "\x1f",   "\x01",           "\\",
                                     "\xff", "\xc3\xa4\"", "\x7f\"", "\xe2\x80\xa2!\""};
  for (unsigned end = 0; end < sizeof ends / sizeof ends[0]; end++) {
    for (unsigned before = 0; before < 40; before++) {
      char text[64];
      struct json_tape tape;
      const int size =
          snprintf(text, sizeof text, "\"%.*s%s ", before, "  !#[]^_`abcdefghijklmnopqrstuvwxyz {|}~:", ends[end]);
      const bool is_json = json_check((const uint8_t *)text, (uint64_t)size, NULL, NULL) == LLMB_OK;
      CHECK(reads(&tape, text, (uint64_t)size, 100) == is_json);
      if (is_json) CHECK_INT(before + 1 + (end == 8), tape.nodes[0].count + (end == 0));
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
  json_tape_hash(&one, 0);
  json_tape_hash(&other, 0);
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

static void written_object(FILE *out, struct random *random, unsigned depth, bool *has_twice) {
  enum { NAMES = 120 };
  bool has[NAMES] = {false};
  fputc('{', out);
  for (uint64_t i = 0, count = random_next(random, 60); i < count; i++) {
    unsigned name = (unsigned)random_next(random, NAMES);
    const bool may_be_twice = random_next(random, 300) == 0;
    while (has[name] && !may_be_twice) name = (name + 1) % NAMES;
    *has_twice = *has_twice || has[name];
    has[name] = true;
    fprintf(out, "%s\"%u\":", i > 0 ? "," : "", name);
    if (depth == 3 || random_next(random, 8) > 0) {
      fputc('1', out);
    } else {
      written_object(out, random, depth + 1, has_twice);
    }
  }
  fputc('}', out);
}

static void names__are_told_to_be_twice_in_open_objects_alone(void) {
  struct random random = {5};
  unsigned twice = 0;
  for (unsigned i = 0; i < 500; i++) {
    char *text = NULL;
    size_t size = 0;
    bool has_twice = false, found = false;
    FILE *out = open_memstream(&text, &size);
    written_object(out, &random, 0, &has_twice);
    fclose(out);
    struct json_tape tape;
    struct json_feed feed;
    struct json_names names = {0};
    struct feed_event event = {.kind = FEED_VALUE_BEGIN};
    json_tape_begin(&tape, key);
    CHECK_INT(LLMB_OK, json_tape_append(&tape, text, size));
    json_feed_begin(&feed, &tape);
    json_feed_text(&feed, true);
    while (event.kind != FEED_MORE) {
      bool is_new = true;
      CHECK_INT(LLMB_OK, json_feed_next(&feed, &event));
      if (event.kind == FEED_VALUE_END) json_names_leave(&names, event.node);
      if (event.kind != FEED_NAME_END) continue;
      CHECK_INT(LLMB_OK, json_names_add(&names, &tape, json_feed_container(&feed), event.node, &is_new));
      found = found || !is_new;
    }
    CHECK(found == has_twice);
    CHECK_INT(0, names.count);
    for (uint32_t k = 0; k < names.capacity; k++) CHECK_INT(0, names.slots[k]);
    twice += has_twice;
    json_names_close(&names);
    json_tape_close(&tape);
    free(text);
  }
  CHECK(twice > 50 && twice < 450);
}

CHECK_MAIN(TEST(feed__takes_what_json_check_takes_however_it_is_cut),
           TEST(feed__finds_what_ends_a_string_at_each_place_of_it),
           TEST(names__are_told_to_be_twice_in_open_objects_alone),
           TEST(feed__agrees_with_json_check_about_random_texts), TEST(tape__knows_the_place_of_each_value),
           TEST(values__are_equal_as_json_has_it))
