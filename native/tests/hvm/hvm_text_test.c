/* Strings in, text out: what the adapter reads and writes. */
#include "tests/hvm/hvm_harness.h"

static const uint32_t loewe_points[] = {'L', 0xF6, 'w', 'e', ' ', 0x2713, ' ', 0x1F600}; /* "Löwe ✓ 😀" */
static const char loewe_bytes[] = "L\xC3\xB6we \xE2\x9C\x93 \xF0\x9F\x98\x80";
enum { LOEWE_POINTS = sizeof loewe_points / sizeof loewe_points[0], LOEWE_BYTES = sizeof loewe_bytes - 1 };

static const bool layout_known = !STANDIN_SHIFTED;

/* The bytes of a text as numbers: plain, or with the sign that HVM gives them. */
static port bytes_of(const char *text, bool with_sign, enum style style) {
  uint32_t numbers[256];
  const uint32_t count = (uint32_t)strlen(text);
  for (uint32_t i = 0; i < count; i++) {
    numbers[i] = with_sign ? (uint32_t)(signed char)text[i] & 0xFFFFFF : (uint8_t)text[i];
  }
  return standin_list(numbers, count, style);
}

static void ask_in_every_way(void) {
  CHECK_TEXT("hello", harness_bytes(harness_call("call_llm", standin_text("hello"))));
  CHECK_TEXT("{}",
             harness_bytes(harness_call("call_llm", standin_text("\x15{}")))); /* a failure's mark is no answer's */
  CHECK_TEXT(loewe_bytes, harness_bytes(harness_call("call_llm", bytes_of(loewe_bytes, false, STYLE_PLAIN))));
  CHECK_TEXT(loewe_bytes, harness_bytes(harness_call("call_llm", bytes_of(loewe_bytes, true, STYLE_PLAIN))));
  CHECK_TEXT(loewe_bytes, harness_bytes(harness_call("call_llm", bytes_of(loewe_bytes, false, STYLE_COMPUTED))));
  const uint32_t latin[] = {'L', 0xF6, 'w', 'e'};
  CHECK_TEXT("L\xC3\xB6we", harness_bytes(harness_call("call_llm", standin_list(latin, 4, STYLE_PLAIN))));
  if (!layout_known) return;
  port points = standin_list(loewe_points, LOEWE_POINTS, STYLE_PLAIN);
  CHECK_TEXT(loewe_bytes, harness_bytes(harness_call("call_llm", points)));
  if (!STANDIN_UNDECLARED) return; /* definitions are looked into by a function that no header declares */
  points = standin_list(loewe_points, LOEWE_POINTS, STYLE_COMPUTED);
  CHECK_TEXT(loewe_bytes, harness_bytes(harness_call("call_llm", points)));
}

/* Two characters of a literal that are the bytes of one: HVM gives no sign of which is meant. */
static void ask_with_the_bytes_of_a_letter(void) {
  const uint32_t literal[] = {0xC3, 0xA9};
  CHECK_TEXT("\xC3\xA9", harness_bytes(harness_call("call_llm", standin_list(literal, 2, STYLE_PLAIN))));
  const char encoded[] = "\xC3\x83\xC2\xA9"; /* String/encode_utf8 of the same */
  CHECK_TEXT(encoded, harness_bytes(harness_call("call_llm", bytes_of(encoded, false, STYLE_PLAIN))));
}

static void characters_that_are_bytes_of_utf8__are_taken_as_bytes(void) {
  harness_in_child("fake", "echo", ask_with_the_bytes_of_a_letter);
}

static void a_prompt__may_be_bytes_or_characters_and_computed(void) {
  harness_in_child("fake", "echo", ask_in_every_way);
}

static void look_at_the_numbers(void) {
  uint32_t numbers[64], count = 0;
  CHECK(standin_read(harness_call("call_llm", standin_text(loewe_bytes)), TYPE_U24, numbers, 64, &count));
  CHECK_INT(LOEWE_BYTES, count);
  CHECK_INT(layout_known ? 0xC3 : 0xFFFFC3, numbers[1]);

  const port answer = harness_call("call_llm_str", standin_text(loewe_bytes));
  if (layout_known) {
    CHECK(standin_read(answer, TYPE_U24, numbers, 64, &count));
    CHECK_INT(LOEWE_POINTS, count);
    CHECK(memcmp(numbers, loewe_points, sizeof loewe_points) == 0);
  } else {
    CHECK_CONTAINS("\"code\":\"unsupported\"", harness_bytes(answer));
  }
  CHECK_TEXT("plain", harness_bytes(harness_call("call_llm_str", standin_text("plain"))));
}

static void an_answer__has_bytes_without_sign_or_characters(void) {
  harness_in_child("fake", "echo", look_at_the_numbers);
}

static void ask_and_count(void) {
  (void)harness_call("call_llm", standin_text("first")); /* opens what stays open */
  const uint32_t numbers[] = {'h', 'e', 'l', 'l', 'o'};
  const uint64_t elements = 5, answer = elements * (4 + 1) + 2 + 1, before = standin_used();
  (void)harness_call("call_llm", standin_list(numbers, 5, STYLE_PLAIN));
  CHECK_INT(before + answer, standin_used());
  (void)harness_call("call_llm_with", standin_pair(standin_text("max_tokens=5"), standin_text("hello")));
  CHECK_INT(before + 2 * answer, standin_used());
  if (!STANDIN_UNDECLARED) return;
  (void)harness_call("call_llm", standin_list(numbers, 5, STYLE_COMPUTED));
  CHECK_INT(before + 3 * answer, standin_used());
}

static void an_argument__is_freed_when_it_was_read(void) {
  if (layout_known) harness_in_child("fake", "echo", ask_and_count);
}

static void ask_nonsense(void) {
  const uint32_t too_large[] = {'a', 0x200000}, half_a_pair[] = {0x100, 0xD800};
  const port arguments[] = {
      ERASED,
      standin_number(7, TYPE_U24),
      standin_number(7, TYPE_F24),
      standin_identity(),
      standin_pair(standin_text("a"), standin_text("b")),
      standin_text(""),
  };
  for (unsigned i = 0; i < sizeof arguments / sizeof arguments[0]; i++) {
    const char *said = harness_bytes(harness_call("call_llm", arguments[i]));
    CHECK(said != NULL && said[0] == MARK);
    CHECK_CONTAINS("\"code\":\"invalid_argument\"", said);
    CHECK_CONTAINS("\"phase\":\"configure\"", said);
  }
  const uint32_t with_nul[] = {'a', 0, 'b'};
  CHECK_CONTAINS("NUL", harness_bytes(harness_call("call_llm", standin_list(with_nul, 3, STYLE_PLAIN))));
  if (layout_known) {
    CHECK_CONTAINS("neither", harness_bytes(harness_call("call_llm", standin_list(too_large, 2, STYLE_PLAIN))));
    CHECK_CONTAINS("neither", harness_bytes(harness_call("call_llm", standin_list(half_a_pair, 2, STYLE_PLAIN))));
  }
  CHECK_TEXT("hello", harness_bytes(harness_call("call_llm", standin_text("hello"))));
}

static void what_is_no_text__is_an_error_and_no_crash(void) {
  harness_in_child("fake", "echo", ask_nonsense);
}

static void ask_a_full_net(void) {
  const long cores = sysconf(_SC_NPROCESSORS_ONLN);
  uint64_t share = UINT64_C(1) << 29;
  for (long threads = 2; threads <= cores; threads *= 2) share /= 2;
  const uint64_t stride = share / 1024;
  standin_fill(stride / 2, stride);
  char *const settings = "command=flood 16000";
  const char *said = "";
  /* The net is looked at once for each 64th of what it holds. */
  for (uint64_t given = 0; given < share / 4 / 64 + 16000; given += 16000) {
    said = harness_bytes(harness_call("call_llm_with", standin_pair(standin_text(settings), standin_text("more"))));
    CHECK(said != NULL);
    if (said == NULL || said[0] == MARK) break;
  }
  CHECK_CONTAINS("\"code\":\"out_of_memory\"", said);
}

static void a_net_that_is_all_but_full__is_given_an_error_instead(void) {
  if (layout_known) harness_in_child("fake", "echo", ask_a_full_net);
}

CHECK_MAIN(TEST(characters_that_are_bytes_of_utf8__are_taken_as_bytes),
           TEST(a_prompt__may_be_bytes_or_characters_and_computed),
           TEST(an_answer__has_bytes_without_sign_or_characters), TEST(an_argument__is_freed_when_it_was_read),
           TEST(what_is_no_text__is_an_error_and_no_crash), TEST(a_net_that_is_all_but_full__is_given_an_error_instead))
