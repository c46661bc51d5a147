/* docs/security.md lists the system calls of the table. The test compares the two; with LLMB_PAGE_UPDATE=1 in the
 * environment it prints the lists into the page anew. */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

#include "tests/check.h"
#include "platform/linux/confine_table.h"

enum { PAGE_SIZE_MAX = 1 << 17 };

static const char begin_mark[] = "<!-- system calls: printed from the table by confine_page_test -->\n";
static const char end_mark[] = "<!-- end of the printed part -->\n";

struct text {
  char bytes[PAGE_SIZE_MAX];
  size_t size;
};

static void put(struct text *text, const char *part) {
  const size_t size = strlen(part);
  if (text->size + size >= sizeof text->bytes) {
    fprintf(stderr, "the page is larger than %d bytes\n", PAGE_SIZE_MAX);
    exit(1);
  }
  memcpy(text->bytes + text->size, part, size + 1);
  text->size += size;
}

static void put_rule(struct text *text, enum confine_rule rule) {
  put(text, rule == RULE_NO        ? "-"
            : rule == RULE_YES     ? "yes"
            : rule == RULE_UNKNOWN ? "unknown"
                                   : confine_conditions[rule].text);
}

static bool says(const struct confine_row *row, enum confine_column first, enum confine_column last,
                 enum confine_rule usual) {
  for (unsigned column = first; column <= last; column++) {
    if (row->rules[column] != usual) return true;
  }
  return false;
}

#define CALL(number, name, load, serve, shared, files, calls) #name,
static const char *const names[] = {
#include "platform/linux/confine_rows.inc"
};
#undef CALL

/* The rows of which a column says other than usual. */
static void put_table(struct text *text, const char *head, enum confine_column first, enum confine_column last,
                      enum confine_rule usual) {
  put(text, head);
  for (unsigned i = 0; i < confine_row_count; i++) {
    const struct confine_row *row = &confine_rows[i];
    if (!says(row, first, last, usual)) continue;
    put(text, "| `");
    put(text, names[i]);
    put(text, "` |");
    for (unsigned column = first; column <= last; column++) {
      put(text, " ");
      put_rule(text, (enum confine_rule)row->rules[column]);
      put(text, " |");
    }
    put(text, "\n");
  }
}

static void print(struct text *text) {
  char line[256];
  put_table(text,
            "\n### What our own engines may call\n\n| call | loading a model | serving | serving several hosts |\n"
            "|---|---|---|---|\n",
            CONFINE_LOAD, CONFINE_SHARED, RULE_NO);
  snprintf(
      line, sizeof line,
      "\nEvery other call is refused: with `EPERM` those numbered 0 to %d and %d to %d, with `ENOSYS` all others.\n",
      CONFINE_OLD_LAST, CONFINE_NEW_FIRST, CONFINE_NEW_LAST);
  put(text, line);
  put_table(text,
            "\n### What programs of other runtimes may not call\n\n| call | after `llmb_engine_confine_files` | after "
            "`llmb_engine_confine_calls` |\n|---|---|---|\n",
            CONFINE_FILES, CONFINE_CALLS, RULE_YES);
  put(text, "\nEvery other call of these numbers is left alone; one of another number is unknown.\n");
}

static void read_page(struct text *page) {
  FILE *file = fopen(SECURITY_PAGE, "r");
  CHECK(file != NULL);
  if (file == NULL) return;
  page->size = fread(page->bytes, 1, sizeof page->bytes - 1, file);
  page->bytes[page->size] = 0;
  fclose(file);
}

static void write_page(const char *before, size_t before_size, const char *printed, const char *after) {
  FILE *file = fopen(SECURITY_PAGE, "w");
  CHECK(file != NULL);
  if (file == NULL) return;
  CHECK(fwrite(before, 1, before_size, file) == before_size);
  CHECK(fputs(printed, file) >= 0 && fputs(after, file) >= 0);
  CHECK_INT(0, fclose(file));
}

static void page_of_security__lists_the_calls_of_the_table(void) {
  static struct text page, printed;
  print(&printed);
  read_page(&page);
  char *begin = strstr(page.bytes, begin_mark), *end = strstr(page.bytes, end_mark);
  CHECK(begin != NULL && end != NULL && begin < end);
  if (begin == NULL || end == NULL) return;
  begin += strlen(begin_mark);
  if (getenv("LLMB_PAGE_UPDATE") != NULL) {
    write_page(page.bytes, (size_t)(begin - page.bytes), printed.bytes, end);
    return;
  }
  const bool is_same = (size_t)(end - begin) == printed.size && memcmp(begin, printed.bytes, printed.size) == 0;
  if (!is_same) fprintf(stderr, "docs/security.md is not what the table says: run this test with LLMB_PAGE_UPDATE=1\n");
  CHECK(is_same);
}

static void rows__stand_in_order_and_know_their_numbers(void) {
  for (unsigned i = 1; i < confine_row_count; i++) {
    if (confine_rows[i].number <= confine_rows[i - 1].number) fprintf(stderr, "%s is out of order\n", names[i]);
    CHECK(confine_rows[i].number > confine_rows[i - 1].number);
  }
  for (unsigned i = 0; i < confine_row_count; i++) {
    CHECK(confine_rows[i].number <= CONFINE_OLD_LAST ||
          (confine_rows[i].number >= CONFINE_NEW_FIRST && confine_rows[i].number <= CONFINE_NEW_LAST));
  }
}

CHECK_MAIN(TEST(page_of_security__lists_the_calls_of_the_table), TEST(rows__stand_in_order_and_know_their_numbers))
