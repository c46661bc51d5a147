/* A session's log: what is written is read, and what is damaged is never taken for something else. */
#include <stdlib.h>

#include "core/memory.h"
#include "keeper/session_turn.h"
#include "tests/check.h"

static struct session_bytes file;

static struct json_value object(const char *text) {
  return json_read(text, strlen(text));
}

/* Adds a turn to `file` as a helper would. */
static void add_turn(const char *request, const char *answer) {
  struct session_log log;
  struct session_bytes lines = {.text = NULL};
  CHECK_INT(LLMB_OK, session_log_read(file.text, file.size, &log));
  struct session_turn turn = {
      .log = &log, .base_count = log.count, .base_turns = log.turn_count, .is_new = log.header.kind == JSON_ABSENT};
  CHECK_INT(LLMB_OK, session_turn_add(&turn, object(request)));
  CHECK_INT(LLMB_OK,
            session_turn_lines(&turn, "{\"llmbridge_session\":1,\"created\":7}", "00ff", object(answer), &lines));
  CHECK_INT(LLMB_OK, session_bytes_add(&file, lines.text, lines.size));
  memory_release(lines.text);
  session_turn_clear(&turn);
  session_log_clear(&log);
}

static void begin_file(void) {
  file.size = 0;
  add_turn("{\"prompt\":\"one\",\"system\":\"be brief\"}",
           "{\"message\":{\"role\":\"assistant\",\"content\":\"first\"},\"model\":\"m\"}");
  add_turn(
      "{\"messages\":[{\"role\":\"user\",\n\"content\":\"two \\u00e4\\n\"},{\"role\":\"tool\",\"content\":\"3\"}]}",
      "{\"message\":{\"role\":\"assistant\",\"content\":\"second\"}}");
  add_turn("{\"prompt\":\"three\"}", "{\"message\":{\"role\":\"assistant\",\"content\":\"third\"}}");
}

/* The conversation of the first `count` records, to be freed. */
static char *conversation(const struct session_log *log, uint64_t count, uint64_t dropped) {
  struct session_bytes out = {.text = NULL};
  struct session_turn turn = {.log = log, .base_count = count, .base_turns = log->turn_count, .dropped = dropped};
  CHECK_INT(LLMB_OK, session_turn_conversation(&turn, false, &out));
  return out.text;
}

static void crc__is_the_one_of_the_book(void) {
  CHECK_INT(0xe3069283u, session_crc("123456789", 9));
  CHECK_INT(0, session_crc("", 0));
}

static void names__are_of_a_few_characters_and_begin_with_no_dot(void) {
  char longest[SESSION_NAME_SIZE + 1];
  memset(longest, 'a', sizeof longest);
  longest[64] = 0;
  CHECK(session_name_is_good("work") && session_name_is_good("A.b_c-9") && session_name_is_good("-"));
  CHECK(session_name_is_good(longest));
  longest[64] = 'a';
  longest[65] = 0;
  CHECK(!session_name_is_good(longest));
  CHECK(!session_name_is_good("") && !session_name_is_good(".") && !session_name_is_good("..") &&
        !session_name_is_good(".x"));
  CHECK(!session_name_is_good("a/b") && !session_name_is_good("a b") && !session_name_is_good("\xc3\xa4") &&
        !session_name_is_good("a\n"));
}

static void log__gives_back_what_was_written(void) {
  struct session_log log;
  begin_file();
  CHECK_INT(LLMB_OK, session_log_read(file.text, file.size, &log));
  CHECK_INT(8, log.count);
  CHECK_INT(3, log.turn_count);
  CHECK_INT(file.size, log.whole_size);
  CHECK_INT(0, log.torn_size);
  CHECK_INT(7, session_number(log.header, "created", 0));
  char *text = conversation(&log, log.count, 0);
  CHECK_TEXT(
      "[{\"role\":\"system\",\"content\":\"be brief\"},{\"role\":\"user\",\"content\":\"one\"},"
      "{\"role\":\"assistant\",\"content\":\"first\"},{\"role\":\"user\", \"content\":\"two \\u00e4\\n\"},"
      "{\"role\":\"tool\",\"content\":\"3\"},{\"role\":\"assistant\",\"content\":\"second\"},"
      "{\"role\":\"user\",\"content\":\"three\"},{\"role\":\"assistant\",\"content\":\"third\"}]",
      text);
  memory_release(text);
  session_log_clear(&log);
}

static void turns_that_leave__leave_the_system_message(void) {
  struct session_log log;
  begin_file();
  CHECK_INT(LLMB_OK, session_log_read(file.text, file.size, &log));
  char *text = conversation(&log, log.count, 2);
  CHECK_TEXT(
      "[{\"role\":\"system\",\"content\":\"be brief\"},{\"role\":\"user\",\"content\":\"three\"},"
      "{\"role\":\"assistant\",\"content\":\"third\"}]",
      text);
  memory_release(text);
  session_log_clear(&log);
}

/* Whether what is read now is a beginning of what was written, in whole turns. */
static bool is_beginning(const struct session_log *log, const struct session_log *whole, const char *bytes) {
  bool good = log->turn_count <= whole->turn_count && log->count <= whole->count;
  good = good && log->whole_size + log->torn_size == file.size;
  for (uint64_t i = 0; good && i < log->count; i++) {
    const struct session_record *one = &log->records[i], *other = &whole->records[i];
    good = one->size == other->size && memcmp(bytes + one->offset, file.text + other->offset, one->size) == 0;
  }
  return good &&
         (log->count == 0 || log->count == whole->count || whole->records[log->count].turn == log->turn_count + 1);
}

/* Each bit of each byte turned: an error or a beginning, and never less than one turn lost for nothing. */
static void damage_at_every_byte__is_an_error_or_a_cut_tail(void) {
  struct session_log whole, log;
  begin_file();
  CHECK_INT(LLMB_OK, session_log_read(file.text, file.size, &whole));
  char *copy = malloc(file.size);
  if (copy == NULL) abort();
  unsigned refused = 0, cut = 0;
  for (uint64_t i = 0; i < file.size; i++) {
    for (unsigned bit = 0; bit < 8; bit++) {
      memcpy(copy, file.text, file.size);
      copy[i] = (char)(copy[i] ^ (1 << bit));
      const llmb_status status = session_log_read(copy, file.size, &log);
      if (status == LLMB_OK) {
        CHECK(is_beginning(&log, &whole, copy));
        CHECK(log.torn_size > 0 && log.turn_count == 2); /* only the last turn can be taken for a torn one */
        CHECK(i >= whole.records[5].offset + whole.records[5].size);
        cut++;
      } else {
        CHECK_INT(LLMB_E_OUTPUT_INVALID, status);
        CHECK(log.problem[0] != 0);
        refused++;
      }
      session_log_clear(&log);
      if (check_failures > 0) break;
    }
  }
  CHECK(refused > 0 && cut > 0);
  free(copy);
  session_log_clear(&whole);
}

static void file_that_ends_anywhere__is_its_whole_turns(void) {
  struct session_log whole, log;
  begin_file();
  CHECK_INT(LLMB_OK, session_log_read(file.text, file.size, &whole));
  for (uint64_t size = 0; size <= file.size; size++) {
    char *copy = malloc(size + 1);
    if (copy == NULL) abort();
    memcpy(copy, file.text, size);
    CHECK_INT(LLMB_OK, session_log_read(copy, size, &log));
    uint64_t turns = 0;
    for (uint64_t i = 0; i < whole.count; i++) {
      const struct session_record *record = &whole.records[i];
      if (session_number(record->object, "left", 1) == 0 && record->offset + record->size + 1 <= size) turns++;
    }
    CHECK_INT(turns, log.turn_count);
    CHECK_INT(size, log.whole_size + log.torn_size);
    session_log_clear(&log);
    free(copy);
  }
  session_log_clear(&whole);
}

/* A line twice, a line missing, two exchanged: each line is as it was sealed, and the file is not. */
static void lines_in_another_order__are_an_error_or_a_cut_tail(void) {
  struct session_log whole, log;
  begin_file();
  CHECK_INT(LLMB_OK, session_log_read(file.text, file.size, &whole));
  for (uint64_t i = 0; i < whole.count; i++) {
    for (unsigned way = 0; way < 2; way++) {
      struct session_bytes changed = {.text = NULL};
      const uint64_t begin = whole.records[i].offset, end = begin + whole.records[i].size + 1;
      CHECK_INT(LLMB_OK, session_bytes_add(&changed, file.text, begin));
      if (way == 1) CHECK_INT(LLMB_OK, session_bytes_add(&changed, file.text + begin, end - begin));
      const uint64_t from = way == 1 ? begin : end;
      CHECK_INT(LLMB_OK, session_bytes_add(&changed, file.text + from, file.size - from));
      const llmb_status status = session_log_read(changed.text, changed.size, &log);
      /* The last line twice is what no write leaves: its turn was whole. */
      const bool may_be_torn = whole.records[i].turn == 3 && !(way == 1 && i == whole.count - 1);
      CHECK_INT(may_be_torn ? LLMB_OK : LLMB_E_OUTPUT_INVALID, status);
      if (may_be_torn) CHECK_INT(2, log.turn_count);
      session_log_clear(&log);
      memory_release(changed.text);
    }
  }
  session_log_clear(&whole);
}

static void file_of_somebody_elses__is_refused_and_never_cut(void) {
  static const char *const files[] = {"hello",
                                      "\n",
                                      "{\"a\":1}\n",
                                      "{\"llmbridge_session\":1}\n",
                                      "[1,2]\n",
                                      "{",
                                      "{\"llmbridge_session\":2,\"crc\":\"00000000\"}\n"};
  struct session_log log;
  for (unsigned i = 0; i < sizeof files / sizeof *files; i++) {
    const llmb_status status = session_log_read(files[i], strlen(files[i]), &log);
    /* One brace is how our own header begins. */
    CHECK_INT(strcmp(files[i], "{") == 0 ? LLMB_OK : LLMB_E_OUTPUT_INVALID, status);
    session_log_clear(&log);
  }
}

static void line_of_another_format__says_so(void) {
  struct session_bytes bytes = {.text = NULL};
  struct session_log log;
  const char header[] = "{\"llmbridge_session\":2}";
  CHECK_INT(LLMB_OK, session_line_add(&bytes, header, sizeof header - 1));
  CHECK_INT(LLMB_E_OUTPUT_INVALID, session_log_read(bytes.text, bytes.size, &log));
  CHECK_CONTAINS("format", log.problem);
  memory_release(bytes.text);
}

static void line_that_is_deep_or_no_message__is_no_record(void) {
  static const char *const records[] = {"{\"record\":1,\"turn\":1,\"left\":0}",
                                        "{\"record\":1,\"turn\":1,\"left\":0,\"message\":[]}",
                                        "{\"record\":1,\"turn\":1,\"left\":0,\"message\":{\"role\":1}}",
                                        "{\"record\":2,\"turn\":1,\"left\":0,\"message\":{\"role\":\"user\"}}",
                                        "{\"record\":1,\"turn\":2,\"left\":0,\"message\":{\"role\":\"user\"}}",
                                        "{\"record\":1,\"turn\":1,\"left\":-1,\"message\":{\"role\":\"user\"}}",
                                        "{\"record\":1.5,\"turn\":1,\"left\":0,\"message\":{\"role\":\"user\"}}"};
  struct session_log log;
  for (unsigned i = 0; i < sizeof records / sizeof *records; i++) {
    struct session_bytes bytes = {.text = NULL};
    CHECK_INT(LLMB_OK, session_line_add(&bytes, "{\"llmbridge_session\":1}", 23));
    CHECK_INT(LLMB_OK, session_line_add(&bytes, records[i], strlen(records[i])));
    if (session_log_read(bytes.text, bytes.size, &log) == LLMB_OK) CHECK_INT(0, log.count);
    session_log_clear(&log);
    memory_release(bytes.text);
  }
  struct session_bytes deep = {.text = NULL}, line = {.text = NULL};
  CHECK_INT(LLMB_OK, session_bytes_add(&deep, "{\"a\":", 5));
  for (unsigned i = 0; i < 100000; i++) CHECK_INT(LLMB_OK, session_bytes_add(&deep, "[", 1));
  for (unsigned i = 0; i < 100000; i++) CHECK_INT(LLMB_OK, session_bytes_add(&deep, "]", 1));
  CHECK_INT(LLMB_OK, session_bytes_add(&deep, "}", 1));
  CHECK_INT(LLMB_OK, session_line_add(&line, deep.text, deep.size));
  CHECK_INT(JSON_ABSENT, session_line_read(line.text, line.size - 1).kind);
  memory_release(deep.text);
  memory_release(line.text);
}

static void system_message__may_only_begin_a_session(void) {
  struct session_log log;
  begin_file();
  CHECK_INT(LLMB_OK, session_log_read(file.text, file.size, &log));
  struct session_turn turn = {.log = &log, .base_count = log.count, .base_turns = log.turn_count};
  CHECK_INT(LLMB_OK, session_turn_add(&turn, object("{\"prompt\":\"x\",\"system\":\"be\\u0020brief\"}")));
  CHECK_INT(1, turn.added_count);
  CHECK_INT(LLMB_E_INVALID_ARGUMENT, session_turn_add(&turn, object("{\"prompt\":\"x\",\"system\":\"be long\"}")));
  CHECK_CONTAINS("system:", turn.reason);
  CHECK_INT(LLMB_E_INVALID_ARGUMENT,
            session_turn_add(&turn, object("{\"messages\":[{\"role\":\"system\",\"content\":\"x\"}]}")));
  CHECK_INT(LLMB_E_INVALID_ARGUMENT, session_turn_add(&turn, object("{\"messages\":{}}")));
  CHECK_INT(LLMB_E_INVALID_ARGUMENT, session_turn_add(&turn, object("{\"messages\":[7]}")));
  session_turn_clear(&turn);
  session_log_clear(&log);
}

/* A fork in the middle of a turn is a whole log too. */
static void fork_at_every_record__is_a_whole_session(void) {
  struct session_log source, log;
  begin_file();
  CHECK_INT(LLMB_OK, session_log_read(file.text, file.size, &source));
  for (uint64_t record = 1; record <= source.count; record++) {
    struct session_bytes bytes = {.text = NULL};
    struct session_turn turn = {
        .log = &source, .base_count = record, .base_turns = source.records[record - 1].turn, .is_new = true};
    CHECK_INT(LLMB_OK, session_turn_add(&turn, object("{\"prompt\":\"on\"}")));
    CHECK_INT(LLMB_OK, session_turn_lines(&turn, "{\"llmbridge_session\":1}", "id",
                                          object("{\"message\":{\"role\":\"assistant\",\"content\":\"\"}}"), &bytes));
    CHECK_INT(LLMB_OK, session_log_read(bytes.text, bytes.size, &log));
    CHECK_INT(record + 2, log.count);
    CHECK_INT(0, log.torn_size);
    for (uint64_t i = 0; i < record && i < log.count; i++) {
      CHECK_INT(source.records[i].message.size, log.records[i].message.size);
      CHECK_INT(0, memcmp(source.records[i].message.text, log.records[i].message.text, log.records[i].message.size));
    }
    session_log_clear(&log);
    session_turn_clear(&turn);
    memory_release(bytes.text);
  }
  session_log_clear(&source);
}

CHECK_MAIN(TEST(crc__is_the_one_of_the_book), TEST(names__are_of_a_few_characters_and_begin_with_no_dot),
           TEST(log__gives_back_what_was_written), TEST(turns_that_leave__leave_the_system_message),
           TEST(damage_at_every_byte__is_an_error_or_a_cut_tail), TEST(file_that_ends_anywhere__is_its_whole_turns),
           TEST(lines_in_another_order__are_an_error_or_a_cut_tail),
           TEST(file_of_somebody_elses__is_refused_and_never_cut), TEST(line_of_another_format__says_so),
           TEST(line_that_is_deep_or_no_message__is_no_record), TEST(system_message__may_only_begin_a_session),
           TEST(fork_at_every_record__is_a_whole_session))
