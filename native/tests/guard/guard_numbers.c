#include "tests/guard/guard_numbers.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LINE_SIZE_MAX = 256 };

void guard_rows_add(struct guard_rows *rows, uint64_t value, unsigned tolerance, const char *name_format, ...) {
  va_list arguments;
  if (rows->count == GUARD_ROWS_MAX) abort();
  struct guard_row *row = &rows->rows[rows->count++];
  *row = (struct guard_row){.value = value, .tolerance = tolerance};
  va_start(arguments, name_format);
  vsnprintf(row->name, sizeof row->name, name_format, arguments);
  va_end(arguments);
}

bool guard_within(uint64_t expected, uint64_t value, unsigned tolerance) {
  const uint64_t distance = value > expected ? value - expected : expected - value;
  return distance * 100 <= expected * tolerance;
}

static const struct guard_row *find(const struct guard_rows *rows, const char *name) {
  for (size_t i = 0; i < rows->count; i++) {
    if (strcmp(rows->rows[i].name, name) == 0) return &rows->rows[i];
  }
  return NULL;
}

static bool is_of_group(const char *name, const char *group) {
  const size_t size = strlen(group);
  return strncmp(name, group, size) == 0 && name[size] == '.';
}

static bool parse_row(const char *line, struct guard_row *out) {
  unsigned long long value = 0;
  if (line[0] == '#' || sscanf(line, "%95s %llu %u", out->name, &value, &out->tolerance) != 3) return false;
  out->value = value;
  return true;
}

static void read_committed(struct guard_rows *out) {
  char line[LINE_SIZE_MAX];
  FILE *file = fopen(GUARD_NUMBERS, "r");
  out->count = 0;
  if (file == NULL) return;
  while (fgets(line, sizeof line, file) != NULL && out->count < GUARD_ROWS_MAX) {
    if (parse_row(line, &out->rows[out->count])) out->count++;
  }
  fclose(file);
}

static void print_row(FILE *file, const struct guard_row *row) {
  fprintf(file, "%s %llu %u\n", row->name, (unsigned long long)row->value, row->tolerance);
}

static unsigned compare(const struct guard_rows *committed, const struct guard_rows *measured, const char *group) {
  unsigned differences = 0;
  for (size_t i = 0; i < measured->count; i++) {
    struct guard_row row = measured->rows[i];
    const struct guard_row *known = find(committed, row.name);
    if (known != NULL && guard_within(known->value, row.value, known->tolerance)) continue;
    if (known == NULL) {
      fprintf(stderr, "guard: new in guard_numbers.txt: ");
    } else {
      row.tolerance = known->tolerance;
      fprintf(stderr, "guard: %s, was %llu, if that is right, commit: ", row.value > known->value ? "worse" : "better",
              (unsigned long long)known->value);
    }
    print_row(stderr, &row);
    differences++;
  }
  for (size_t i = 0; i < committed->count; i++) {
    const struct guard_row *row = &committed->rows[i];
    if (!is_of_group(row->name, group) || find(measured, row->name) != NULL) continue;
    fprintf(stderr, "guard: no more, take it out of guard_numbers.txt: ");
    print_row(stderr, row);
    differences++;
  }
  return differences;
}

/* The group's rows where the first of them stood, the rest of the file as it was. */
static unsigned rewrite(const struct guard_rows *committed, const struct guard_rows *measured, const char *group) {
  char text[GUARD_ROWS_MAX][LINE_SIZE_MAX];
  size_t lines = 0, first = SIZE_MAX;
  FILE *file = fopen(GUARD_NUMBERS, "r");
  while (file != NULL && lines < GUARD_ROWS_MAX && fgets(text[lines], LINE_SIZE_MAX, file) != NULL) {
    const bool is_old = is_of_group(text[lines], group);
    if (is_old && first == SIZE_MAX) first = lines;
    if (!is_old) lines++;
  }
  if (file != NULL) fclose(file);
  file = fopen(GUARD_NUMBERS, "w");
  if (file == NULL) return 1;
  for (size_t i = 0; i < first && i < lines; i++) fputs(text[i], file);
  for (size_t i = 0; i < measured->count; i++) {
    struct guard_row row = measured->rows[i];
    const struct guard_row *known = find(committed, row.name);
    if (known != NULL) row.tolerance = known->tolerance;
    print_row(file, &row);
  }
  for (size_t i = first; i < lines; i++) fputs(text[i], file);
  return fclose(file) != 0;
}

unsigned guard_rows_check(const struct guard_rows *measured, const char *group) {
  static struct guard_rows committed;
  read_committed(&committed);
  if (getenv("LLMB_GUARD_UPDATE") != NULL) return rewrite(&committed, measured, group);
  return compare(&committed, measured, group);
}
