/* The caller's struct may be of another version than ours: an error is made whole in a struct of our own and then
 * copied as far as the caller's struct_size goes. */
#include "core/error.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "core/utf8.h"

#undef error_set /* the analyzer's */
#undef error_set_os

enum { STRUCT_SIZE_MIN = offsetof(llmb_error, os_code) }; /* holds a status at least */
enum { STRUCT_SIZE_MAX = 1 << 16 };                       /* anything above was never set by a caller */

static bool is_given(const llmb_error *error) {
  return error != NULL && error->struct_size >= STRUCT_SIZE_MIN && error->struct_size <= STRUCT_SIZE_MAX;
}

void error_read(const llmb_error *source, llmb_error *out) {
  llmb_error_init(out);
  if (!is_given(source)) return;
  uint64_t size = source->struct_size < sizeof *out ? source->struct_size : sizeof *out;
  memcpy(out, source, size);
  out->struct_size = sizeof *out;
  out->engine[sizeof out->engine - 1] = '\0';
  out->message[sizeof out->message - 1] = '\0';
  out->engine_log[sizeof out->engine_log - 1] = '\0';
}

/* NUL-terminates a text field that only partly fits a shorter struct. */
static void field_end(llmb_error *target, uint64_t size, uint64_t offset, uint64_t capacity) {
  if (size > offset && size < offset + capacity) ((char *)target)[size - 1] = '\0';
}

void error_copy(llmb_error *target, const llmb_error *source) {
  if (!is_given(target) || target == source) return;
  llmb_error whole;
  error_read(source, &whole);
  uint64_t size = target->struct_size < sizeof whole ? target->struct_size : sizeof whole;
  whole.struct_size = target->struct_size;
  memcpy(target, &whole, size);
  field_end(target, size, offsetof(llmb_error, engine), sizeof whole.engine);
  field_end(target, size, offsetof(llmb_error, message), sizeof whole.message);
  field_end(target, size, offsetof(llmb_error, engine_log), sizeof whole.engine_log);
}

void error_copy_text(char *field, uint64_t capacity, const char *text, uint64_t size, int keep_end) {
  if (capacity == 0) return;
  const uint8_t *bytes = (const uint8_t *)text;
  uint64_t begin = 0, end = size;
  if (size > capacity - 1 && keep_end) {
    begin = size - (capacity - 1);
    for (unsigned i = 0; i < 3 && begin < size && (bytes[begin] & 0xC0) == 0x80; i++) begin++;
  } else if (size > capacity - 1) {
    end = capacity - 1;
    for (unsigned i = 0; i < 3 && end > 0 && (bytes[end] & 0xC0) == 0x80; i++) end--;
  }

  uint64_t written = 0;
  for (uint64_t i = begin; i < end;) {
    uint64_t valid_end;
    utf8_check(bytes + i, end - i, &valid_end);
    for (valid_end += i; i < valid_end; i++) {
      bool is_control = (bytes[i] < 0x20 && bytes[i] != '\n' && bytes[i] != '\t') || bytes[i] == 0x7F;
      if (bytes[i] == 0xC2 && bytes[i + 1] < 0xA0) { /* U+0080 to U+009F: terminals take them as controls too */
        is_control = true;
        i++;
      }
      field[written++] = is_control ? '?' : (char)bytes[i];
    }
    if (i < end) {
      field[written++] = '?';
      i++;
    }
  }
  field[written] = '\0';
}

/* Fills *error with the message `format` makes, followed by `suffix`, which is never cut. */
static void error_fill(llmb_error *error, llmb_status status, uint32_t phase, int os_code, const char *suffix,
                       const char *format, va_list arguments) {
  llmb_error whole;
  llmb_error_init(&whole);
  whole.status = status;
  whole.phase = phase;
  whole.os_code = os_code;
  whole.retry_safe = phase == LLMB_PHASE_CONFIGURE; /* nothing had begun */

  char text[2 * sizeof whole.message];
  int length = vsnprintf(text, sizeof text, format, arguments);
  uint64_t size = length < 0 ? 0 : (uint64_t)length < sizeof text ? (uint64_t)length : sizeof text - 1;
  uint64_t suffix_size = strnlen(suffix, sizeof whole.message / 2);
  error_copy_text(whole.message, sizeof whole.message - suffix_size, text, size, 0);
  memcpy(whole.message + strlen(whole.message), suffix, suffix_size);
  error_copy(error, &whole);
}

llmb_status error_set(llmb_error *error, llmb_status status, uint32_t phase, const char *format, ...) {
  if (!is_given(error)) return status;
  va_list arguments;
  va_start(arguments, format);
  error_fill(error, status, phase, 0, "", format, arguments);
  va_end(arguments);
  return status;
}

llmb_status error_set_os(llmb_error *error, llmb_status status, uint32_t phase, int os_code, const char *format, ...) {
  if (!is_given(error)) return status;
  /* Not strerror: its text is in the host's locale, perhaps not in UTF-8. */
  const char *name = strerrordesc_np(os_code);
  char suffix[128];
  if (name != NULL) {
    snprintf(suffix, sizeof suffix, ": %s", name);
  } else {
    snprintf(suffix, sizeof suffix, ": system error %d", os_code);
  }
  va_list arguments;
  va_start(arguments, format);
  error_fill(error, status, phase, os_code, suffix, format, arguments);
  va_end(arguments);
  return status;
}
