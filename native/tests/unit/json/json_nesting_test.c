/* What stands in what: arrays, objects, and how deep they may go. */
#include "tests/unit/json/json_texts.h"

static void json_check__accepts_arrays_and_objects(void) {
  const struct text texts[] = {T("[1]"),
                               T("[1,2]"),
                               T("[ 1 , 2 ]"),
                               T("[[],{}]"),
                               T("[[[[]]]]"),
                               T("[null,true,false,\"a\",1.5,{}]"),
                               T("{\"a\":1}"),
                               T("{\"\":0}"),
                               T("{ \"a\" : 1 , \"b\" : [ ] }"),
                               T("{\"a\":1,\"a\":2}"), /* whose meaning is the reader's affair */
                               T("{\"a\":{\"b\":{\"c\":[{}]}}}"),
                               T("[{\"a\":[{\"b\":[]}]},[]]"),
                               T("{\"\\u0061\":null}"),
                               T("[\"]\",\"[\"]"),
                               T("{\"}\":\"{\"}"),
                               T("[\n\n\n]")};
  CHECK_ACCEPTED(texts);
}

static void json_check__refuses_broken_arrays(void) {
  const struct refusal refusals[] = {R("[", 1, "value"),
                                     R("[1", 2, "',' or ']'"),
                                     R("[1,", 3, "value"),
                                     R("[1,]", 3, "value"),
                                     R("[,1]", 1, "value"),
                                     R("[1,,2]", 3, "value"),
                                     R("[,]", 1, "value"),
                                     R("]", 0, "value"),
                                     R("[]]", 2, "nothing"),
                                     R("[1}", 2, "',' or ']'"),
                                     R("[1:2]", 2, "',' or ']'"),
                                     R("[[]", 3, "',' or ']'"),
                                     R("[\"a\"", 4, "',' or ']'"),
                                     R("[\"a\",", 5, "value"),
                                     R("[1;2]", 2, "',' or ']'"),
                                     R("[] []", 3, "nothing"),
                                     R("[true false]", 6, "',' or ']'"),
                                     R("[a]", 1, "value"),
                                     R("[...]", 1, "value"),
                                     R("(1)", 0, "value")};
  CHECK_REFUSED(refusals);
}

static void json_check__refuses_broken_objects(void) {
  const struct refusal refusals[] = {R("{", 1, "name"),
                                     R("{\"a\"", 4, "':'"),
                                     R("{\"a\":", 5, "value"),
                                     R("{\"a\":1", 6, "',' or '}'"),
                                     R("{\"a\":1,", 7, "name"),
                                     R("{\"a\":1,}", 7, "name"),
                                     R("{,}", 1, "name"),
                                     R("{a:1}", 1, "name"),
                                     R("{'a':1}", 1, "name"),
                                     R("{1:1}", 1, "name"),
                                     R("{null:1}", 1, "name"),
                                     R("{\"a\" 1}", 5, "':'"),
                                     R("{\"a\",1}", 4, "':'"),
                                     R("{\"a\"::1}", 5, "value"),
                                     R("{\"a\":1 \"b\":2}", 7, "',' or '}'"),
                                     R("{\"a\":1,,\"b\":2}", 7, "name"),
                                     R("{\"a\":}", 5, "value"),
                                     R("{:1}", 1, "name"),
                                     R("{\"a\"}", 4, "':'"),
                                     R("}", 0, "value"),
                                     R("{}}", 2, "nothing"),
                                     R("{\"a\":1]", 6, "',' or '}'"),
                                     R("{[]:1}", 1, "name"),
                                     R("{\"a\":1}{\"b\":2}", 7, "nothing"),
                                     R("{\"a\":[1}", 7, "',' or ']'"),
                                     R("[{]", 2, "name"),
                                     R("{\"a\":1,\"b\"}", 10, "':'")};
  CHECK_REFUSED(refusals);
}

/* depth opening brackets, then as many closing ones; objects too where mixed. */
static uint64_t nest(char *text, unsigned depth, bool mixed) {
  uint64_t size = 0;
  for (unsigned i = 0; i < depth; i++) {
    const char *opening = mixed && i % 2 == 1 ? "{\"a\":" : "[";
    memcpy(text + size, opening, strlen(opening));
    size += strlen(opening);
  }
  if (mixed && depth % 2 == 0) text[size++] = '1';
  for (unsigned i = depth; i > 0; i--) text[size++] = mixed && (i - 1) % 2 == 1 ? '}' : ']';
  return size;
}

static void json_check__accepts_brackets_up_to_the_limit(void) {
  static char text[16384];
  for (unsigned depth = 1; depth <= JSON_DEPTH_MAX; depth++) {
    CHECK_INT(LLMB_OK, check_copy(text, nest(text, depth, false), NULL, NULL));
    CHECK_INT(LLMB_OK, check_copy(text, nest(text, depth, true), NULL, NULL));
  }
}

static void json_check__refuses_deeper_brackets_where_they_open(void) {
  static char text[16384];
  uint64_t offset = 0;
  const char *what = NULL;
  CHECK_INT(LLMB_E_OUTPUT_INVALID, check_copy(text, nest(text, JSON_DEPTH_MAX + 1, false), &offset, &what));
  CHECK_INT(JSON_DEPTH_MAX, offset);
  CHECK_CONTAINS("512", what);
  CHECK_INT(LLMB_E_OUTPUT_INVALID, check_copy(text, nest(text, JSON_DEPTH_MAX + 2, true), &offset, &what));
  CHECK_CONTAINS("512", what);
}

static void json_check__uses_no_stack_for_a_million_brackets(void) {
  enum { COUNT = 1000000 };
  char *text = malloc(COUNT);
  memset(text, '[', COUNT);
  uint64_t offset = 0;
  CHECK_INT(LLMB_E_OUTPUT_INVALID, json_check((const uint8_t *)text, COUNT, &offset, NULL));
  CHECK_INT(JSON_DEPTH_MAX, offset);
  free(text);
}

static void json_check__counts_depth_not_brackets(void) {
  enum { PAIRS = 100000 };
  char *text = malloc(3 * PAIRS + 1);
  uint64_t size = 0;
  text[size++] = '[';
  for (int i = 0; i < PAIRS; i++) {
    memcpy(text + size, i + 1 < PAIRS ? "{}," : "[]]", 3);
    size += 3;
  }
  CHECK_INT(LLMB_OK, check_copy(text, size, NULL, NULL));
  free(text);
}

/* An object says where it is cut, at every place but the end. */
static void json_check__refuses_every_prefix_at_its_end(void) {
  static const char whole[] = "{\"a\\u00e9\xC3\xA9\":[1.5e-3,-0,true,false,null,{\"b\":\"\\n\"}],\"c\":{}}";
  for (uint64_t size = 0; size < sizeof whole - 1; size++) {
    uint64_t offset = 0, utf8_begin = size > 0 && (uint8_t)whole[size - 1] == 0xC3 ? size - 1 : size;
    CHECK_INT(LLMB_E_OUTPUT_INVALID, check_copy(whole, size, &offset, NULL));
    CHECK_INT(utf8_begin, offset);
  }
  CHECK_INT(LLMB_OK, check_copy(whole, sizeof whole - 1, NULL, NULL));
}

CHECK_MAIN(TEST(json_check__accepts_arrays_and_objects), TEST(json_check__refuses_broken_arrays),
           TEST(json_check__refuses_broken_objects), TEST(json_check__accepts_brackets_up_to_the_limit),
           TEST(json_check__refuses_deeper_brackets_where_they_open),
           TEST(json_check__uses_no_stack_for_a_million_brackets), TEST(json_check__counts_depth_not_brackets),
           TEST(json_check__refuses_every_prefix_at_its_end))
