#include "core/json_once.h"

#include <stddef.h>

#include "platform/os_clock.h"

static const char *write_copy(char *buffer, void (*write)(struct json_writer *writer)) {
  struct json_writer writer;
  char *text = NULL;
  json_writer_begin_in(&writer, buffer, JSON_ONCE_CAPACITY);
  write(&writer);
  json_writer_finish(&writer, &text);
  return text != NULL ? text : "{}";
}

const char *json_once_text(struct json_once *once, void (*write)(struct json_writer *writer)) {
  const char *text = atomic_load_explicit(&once->ready, memory_order_acquire);
  if (text != NULL) return text;
  const unsigned copy = atomic_fetch_add(&once->copies_taken, 1);
  if (copy < JSON_ONCE_COPIES) {
    const char *expected = NULL;
    text = write_copy(once->copies[copy], write);
    return atomic_compare_exchange_strong(&once->ready, &expected, text) ? text : expected;
  }
  while ((text = atomic_load_explicit(&once->ready, memory_order_acquire)) == NULL) os_cpu_relax();
  return text;
}
