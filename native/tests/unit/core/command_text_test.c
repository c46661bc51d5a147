#include "core/command_text.h"

#include "tests/check.h"

static struct command command;

/* The arguments, parted by bars; or the refusal. */
static const char *parsed(const char *text) {
  static char joined[512];
  llmb_error error;
  llmb_error_init(&error);
  joined[0] = 0;
  if (command_parse(text, &command, &error) != LLMB_OK) {
    CHECK_INT(LLMB_E_INVALID_ARGUMENT, error.status);
    snprintf(joined, sizeof joined, "%s", error.message);
    return joined;
  }
  CHECK(command.arguments[command.argument_count] == NULL);
  for (unsigned i = 0; i < command.argument_count; i++) {
    const size_t size = strlen(joined);
    snprintf(joined + size, sizeof joined - size, "%s%s", i > 0 ? "|" : "", command.arguments[i]);
  }
  return joined;
}

static void words__are_parted_by_blanks(void) {
  CHECK_TEXT("cat", parsed("cat"));
  CHECK_TEXT("a|b|c", parsed("  a \t b\r\nc "));
}

static void quotes__keep_blanks_and_join(void) {
  CHECK_TEXT("a b|c\"d|e'f", parsed("'a b' 'c\"d' \"e'f\""));
  CHECK_TEXT("abc|", parsed("a'b'\"c\" ''"));
}

static void backslash__means_what_it_means_to_a_shell(void) {
  CHECK_TEXT("a b|\\|\"", parsed("a\\ b \\\\ \\\""));
  CHECK_TEXT("\\n|\\\"$`", parsed("\"\\n\" \"\\\\\\\"\\$\\`\""));
  CHECK_TEXT("\\", parsed("'\\'"));
}

static void shell__has_no_part_in_it(void) {
  CHECK_TEXT("echo|$HOME|`id`|*|~|;|rm|<|>|&|#", parsed("echo $HOME `id` * ~ ; rm < > & #"));
  CHECK_TEXT("a|\n", parsed("a '\n'"));
}

static void array__is_taken_as_it_is(void) {
  CHECK_TEXT("a b||\"|é", parsed(" [\"a b\", \"\", \"\\\"\", \"\\u00e9\"]"));
}

/* The element and, behind it, the prefix; -1 if the place is refused. */
static int place_found(void) {
  struct command_prompt place;
  if (command_find_prompt(&command, &place, NULL) != LLMB_OK) return -1;
  return place.element * 100 + (int)place.prefix_size;
}

static void prompts_place__is_a_whole_element_or_an_options_value(void) {
  CHECK_TEXT("a|{prompt}|b", parsed("a {prompt} b"));
  CHECK_INT(100, place_found());
  CHECK_TEXT("a|b|--prompt={prompt}", parsed("a b --prompt={prompt}"));
  CHECK_INT(209, place_found());
  CHECK_TEXT("a|b", parsed("a b"));
  CHECK_INT(0, place_found());
  CHECK_TEXT("a|x{prompt}", parsed("a x{prompt}"));
  CHECK_INT(-1, place_found());
  CHECK_TEXT("sh|-c|echo {prompt}", parsed("sh -c 'echo {prompt}'"));
  CHECK_INT(-1, place_found());
  CHECK_TEXT("a|--x={prompt};", parsed("a --x={prompt}\\;"));
  CHECK_INT(-1, place_found());
  CHECK_TEXT("a|X={prompt}", parsed("a X={prompt}"));
  CHECK_INT(-1, place_found());
  CHECK_CONTAINS("more than once", parsed("a {prompt} {prompt}"));
  CHECK_CONTAINS("cannot be the program", parsed("[\"{prompt}\"]"));
}

static void refusal__says_why(void) {
  static const struct {
    const char *text, *why;
  } cases[] = {
      {"", "names no program"},           {"  ", "names no program"},
      {"[]", "names no program"},         {"''", "names no program"},
      {"[\"\"]", "names no program"},     {"'a", "a quote is not closed"},
      {"a \"b", "a quote is not closed"}, {"a\\", "ends in a backslash"},
      {"[\"a\", 1]", "no string"},        {"[\"a\"", "command: "},
      {"[\"a\\u0000\"]", "a NUL"},
  };
  for (unsigned i = 0; i < sizeof cases / sizeof cases[0]; i++) CHECK_CONTAINS(cases[i].why, parsed(cases[i].text));
  CHECK_CONTAINS("none is set", parsed(NULL));
}

static void limits__are_kept(void) {
  static char text[COMMAND_SIZE_MAX + 1];
  memset(text, 'a', COMMAND_SIZE_MAX - 1);
  CHECK_INT(LLMB_OK, command_parse(text, &command, NULL));
  text[COMMAND_SIZE_MAX - 1] = 'a';
  CHECK_CONTAINS("longer than 64 KiB", parsed(text));
  for (int i = 0; i < COMMAND_ARGUMENTS_MAX; i++) memcpy(text + 2 * i, "a ", 2);
  text[2 * COMMAND_ARGUMENTS_MAX] = 0;
  CHECK_INT(LLMB_OK, command_parse(text, &command, NULL));
  memcpy(text + 2 * COMMAND_ARGUMENTS_MAX, "a", 2);
  CHECK_CONTAINS("too many words", parsed(text));
}

CHECK_MAIN(TEST(words__are_parted_by_blanks), TEST(quotes__keep_blanks_and_join),
           TEST(backslash__means_what_it_means_to_a_shell), TEST(shell__has_no_part_in_it),
           TEST(array__is_taken_as_it_is), TEST(prompts_place__is_a_whole_element_or_an_options_value),
           TEST(refusal__says_why), TEST(limits__are_kept))
