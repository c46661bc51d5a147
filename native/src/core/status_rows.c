#include "core/status_rows.h"

#include <stddef.h>

#include "core/json_once.h"

struct status_row {
  llmb_status status;
  const char *name;
  uint8_t classes;
};

#define ROW(value, name, classes) {value, name, classes},
static const struct status_row status_rows[] = {STATUS_ROWS(ROW)};
#undef ROW

enum { STATUS_ROW_COUNT = sizeof status_rows / sizeof status_rows[0] };

const char *const status_class_names[] = {
    "engines_fault", "engine_may_say", "start_may_say", "ends_for_good", "refusal", "time_limit", NULL};

/* A place in the table, STATUS_ROW_COUNT for a number that is no status. */
static unsigned status_place(llmb_status status) {
  switch ((enum llmb_status_value)status) { /* no default: the compiler then refuses a status without a row */
#define ROW(value, name, classes) case value:
    STATUS_ROWS(ROW)
#undef ROW
    break;
  }
  unsigned place = 0;
  while (place < STATUS_ROW_COUNT && status_rows[place].status != status) place++;
  return place;
}

bool status_is(llmb_status status, enum status_class class_bit) {
  const unsigned place = status_place(status);
  return place < STATUS_ROW_COUNT && (status_rows[place].classes & class_bit) != 0;
}

const char *llmb_status_name(llmb_status status) {
  const unsigned place = status_place(status);
  return place < STATUS_ROW_COUNT ? status_rows[place].name : "unknown";
}

static void write_row(struct json_writer *writer, const struct status_row *row) {
  json_object_open(writer);
  json_key(writer, "name");
  json_text(writer, row->name);
  json_key(writer, "status");
  json_integer(writer, row->status);
  json_key(writer, "classes");
  json_array_open(writer);
  for (unsigned i = 0; status_class_names[i] != NULL; i++) {
    if (row->classes & 1u << i) json_text(writer, status_class_names[i]);
  }
  json_array_close(writer);
  json_object_close(writer);
}

static void write_table(struct json_writer *writer) {
  json_object_open(writer);
  json_key(writer, "statuses");
  json_array_open(writer);
  for (unsigned i = 0; i < STATUS_ROW_COUNT; i++) write_row(writer, &status_rows[i]);
  json_array_close(writer);
  json_object_close(writer);
}

const char *llmb_statuses_json(void) {
  static struct json_once once;
  return json_once_text(&once, write_table);
}
