#include "gguf/gguf_reader.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "core/error.h"
#include "core/memory.h"
#include "core/text_quote.h"
#include "gguf/gguf_limits.h"
#include "platform/os_file.h"

enum { REASON_CAPACITY = 320, SUBJECT_CAPACITY = TEXT_QUOTE_CAPACITY + 32 };

static llmb_status refuse_open(struct gguf_reader *reader, llmb_status status, int os_code) {
  char quoted[TEXT_QUOTE_CAPACITY];
  text_quote(quoted, reader->path);
  switch (status) {
    case LLMB_E_NOT_FOUND:
      return error_set_os(reader->error, status, LLMB_PHASE_LOAD, os_code, "model: %s does not exist", quoted);
    case LLMB_E_INVALID_ARGUMENT:
      status = LLMB_E_MODEL_INVALID;
      if (os_code != 0) {
        return error_set_os(reader->error, status, LLMB_PHASE_LOAD, os_code, "model: %s cannot be read", quoted);
      }
      return error_set(reader->error, status, LLMB_PHASE_LOAD, "model: %s is not a regular file", quoted);
    default:
      return error_set_os(reader->error, status, LLMB_PHASE_LOAD, os_code, "model: %s could not be opened", quoted);
  }
}

llmb_status gguf_reader_open(struct gguf_reader *reader, const char *path, llmb_error *error) {
  *reader = (struct gguf_reader){.path = path, .file = OS_HANDLE_NONE, .subject = "header", .error = error};
  int os_code = 0;
  llmb_status status = os_file_open(path, &reader->file, &reader->file_size, &os_code);
  if (status != LLMB_OK) return refuse_open(reader, status, os_code);
  void *buffer = NULL;
  status = memory_allocate(GGUF_READ_SIZE, &buffer);
  if (status != LLMB_OK) return error_set(error, status, LLMB_PHASE_LOAD, "model: no memory to read it");
  reader->buffer = buffer;
  return LLMB_OK;
}

void gguf_reader_close(struct gguf_reader *reader) {
  reader->file = os_handle_close(reader->file);
  reader->buffer = memory_release(reader->buffer);
}

void gguf_reader_subject(struct gguf_reader *reader, const char *subject, uint64_t index, const char *name) {
  reader->subject = subject;
  reader->subject_index = index;
  reader->subject_name = name;
}

static void write_subject(const struct gguf_reader *reader, char text[SUBJECT_CAPACITY]) {
  char quoted[TEXT_QUOTE_CAPACITY];
  if (reader->subject_name != NULL) {
    snprintf(text, SUBJECT_CAPACITY, "%s %s", reader->subject, text_quote(quoted, reader->subject_name));
  } else if (reader->subject_index > 0) {
    snprintf(text, SUBJECT_CAPACITY, "%s %" PRIu64, reader->subject, reader->subject_index);
  } else {
    snprintf(text, SUBJECT_CAPACITY, "%s", reader->subject);
  }
}

llmb_status gguf_refuse(struct gguf_reader *reader, uint64_t position, const char *format, ...) {
  char reason[REASON_CAPACITY], subject[SUBJECT_CAPACITY], quoted[TEXT_QUOTE_CAPACITY];
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(reason, sizeof reason, format, arguments);
  va_end(arguments);
  write_subject(reader, subject);
  return error_set(reader->error, LLMB_E_MODEL_INVALID, LLMB_PHASE_LOAD, "model: %s, byte %" PRIu64 ", %s: %s",
                   text_quote(quoted, reader->path), position, subject, reason);
}

llmb_status gguf_need(struct gguf_reader *reader, const char *what, uint64_t size) {
  if (size > reader->file_size - reader->position) {
    return gguf_refuse(reader, reader->position, "%s needs %" PRIu64 " bytes, but the file ends after %" PRIu64 " more",
                       what, size, reader->file_size - reader->position);
  }
  if (reader->position > GGUF_HEAD_SIZE_MAX || size > GGUF_HEAD_SIZE_MAX - reader->position) {
    return gguf_refuse(reader, reader->position, "metadata and tensor list exceed %d MiB", GGUF_HEAD_SIZE_MAX >> 20);
  }
  return LLMB_OK;
}

/* Fills the buffer from the reader's position on. */
static llmb_status fill_buffer(struct gguf_reader *reader) {
  int os_code = 0;
  reader->buffer_begin = reader->position;
  llmb_status status =
      os_file_read(reader->file, reader->position, reader->buffer, GGUF_READ_SIZE, &reader->buffer_size, &os_code);
  if (status == LLMB_OK) return LLMB_OK;
  reader->buffer_size = 0;
  char quoted[TEXT_QUOTE_CAPACITY];
  return error_set_os(reader->error, LLMB_E_MODEL_INVALID, LLMB_PHASE_LOAD, os_code,
                      "model: %s cannot be read at byte %" PRIu64, text_quote(quoted, reader->path), reader->position);
}

llmb_status gguf_read_bytes(struct gguf_reader *reader, const char *what, void *out, uint64_t size) {
  llmb_status status = gguf_need(reader, what, size);
  if (status != LLMB_OK) return status;
  uint64_t begin = reader->position - reader->buffer_begin; /* huge when the position lies before the buffer */
  if (begin > reader->buffer_size || size > reader->buffer_size - begin) {
    status = fill_buffer(reader);
    if (status != LLMB_OK) return status;
    if (size > reader->buffer_size) return gguf_refuse(reader, reader->position, "the file shrank while it was read");
    begin = 0;
  }
  memcpy(out, reader->buffer + begin, size);
  reader->position += size;
  return LLMB_OK;
}

llmb_status gguf_skip(struct gguf_reader *reader, const char *what, uint64_t size) {
  llmb_status status = gguf_need(reader, what, size);
  if (status == LLMB_OK) reader->position += size;
  return status;
}

static uint64_t little_endian(const uint8_t *bytes, unsigned size) {
  uint64_t value = 0;
  for (unsigned i = size; i > 0; i--) value = value << 8 | bytes[i - 1];
  return value;
}

llmb_status gguf_read_u32(struct gguf_reader *reader, const char *what, uint32_t *out) {
  uint8_t bytes[4] = {0};
  llmb_status status = gguf_read_bytes(reader, what, bytes, sizeof bytes);
  *out = (uint32_t)little_endian(bytes, sizeof bytes);
  return status;
}

llmb_status gguf_read_u64(struct gguf_reader *reader, const char *what, uint64_t *out) {
  uint8_t bytes[8] = {0};
  llmb_status status = gguf_read_bytes(reader, what, bytes, sizeof bytes);
  *out = little_endian(bytes, sizeof bytes);
  return status;
}
