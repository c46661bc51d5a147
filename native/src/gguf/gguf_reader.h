/* Reads a hostile file from front to back: every length is checked against what is left before anything is made of it,
 * what is passed over is not read, and a refusal says what is wrong where. The file is never mapped, since a mapping
 * of a file that shrinks kills whoever looks. */
#ifndef LLMB_GGUF_READER_H
#define LLMB_GGUF_READER_H

#include <llmbridge/status.h>

#include "platform/os_handle.h"

struct gguf_reader {
  const char *path;
  os_handle file;
  uint64_t file_size;
  uint64_t position; /* in the file, of the next byte */
  uint8_t *buffer;   /* holds buffer_size bytes from buffer_begin on */
  uint64_t buffer_begin, buffer_size;

  /* What is being read, for messages: the header, key 3, tensor "output". */
  const char *subject, *subject_name; /* subject_name is NULL while the name is not known */
  uint64_t subject_index;
  llmb_error *error;
};

/* Opens the file. *reader is cleared by gguf_reader_close, also after a failure. */
llmb_status gguf_reader_open(struct gguf_reader *reader, const char *path, llmb_error *error);
void gguf_reader_close(struct gguf_reader *reader);

/* Sets what messages speak of. `name` must outlive it. */
void gguf_reader_subject(struct gguf_reader *reader, const char *subject, uint64_t index, const char *name);

/* LLMB_E_MODEL_INVALID with path, place and subject before the message. `position` is where the fault stands. */
llmb_status gguf_refuse(struct gguf_reader *reader, uint64_t position, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Little-endian numbers. */
llmb_status gguf_read_u32(struct gguf_reader *reader, const char *what, uint32_t *out);
llmb_status gguf_read_u64(struct gguf_reader *reader, const char *what, uint64_t *out);

/* The next size bytes, which must fit into the buffer (GGUF_READ_SIZE). */
llmb_status gguf_read_bytes(struct gguf_reader *reader, const char *what, void *out, uint64_t size);

/* Passes over bytes without reading them. */
llmb_status gguf_skip(struct gguf_reader *reader, const char *what, uint64_t size);

/* Refuses if fewer than size bytes are left of the file, or of what a head may have. */
llmb_status gguf_need(struct gguf_reader *reader, const char *what, uint64_t size);

#endif
