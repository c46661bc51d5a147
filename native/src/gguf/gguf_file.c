#include "gguf/gguf_file.h"

#include <inttypes.h>
#include <string.h>

#include "core/error.h"
#include "core/memory.h"
#include "gguf/gguf_keys.h"
#include "gguf/gguf_known_keys.h"
#include "gguf/gguf_tensors.h"

enum { VERSION_MIN = 2, VERSION_MAX = 3 };

/* The least an entry takes in the file: what a count must be covered by before memory is taken for it. */
enum { KEY_ENTRY_SIZE_MIN = 8 + 1 + 4 + 1, TENSOR_ENTRY_SIZE_MIN = 8 + 1 + 4 + 4 + 8 };

static llmb_status check_magic(struct gguf_reader *reader) {
  uint8_t magic[4] = {0};
  if (reader->file_size == 0) return gguf_refuse(reader, 0, "the file is empty");
  llmb_status status = gguf_read_bytes(reader, "the mark \"GGUF\"", magic, sizeof magic);
  if (status == LLMB_OK && memcmp(magic, "GGUF", sizeof magic) != 0) {
    return gguf_refuse(reader, 0, "not a GGUF file: it begins with %02x %02x %02x %02x instead of \"GGUF\"", magic[0],
                       magic[1], magic[2], magic[3]);
  }
  return status;
}

static llmb_status check_version(struct gguf_reader *reader, uint32_t version) {
  if (version >= VERSION_MIN && version <= VERSION_MAX) return LLMB_OK;
  uint32_t swapped = __builtin_bswap32(version);
  if (swapped >= 1 && swapped <= VERSION_MAX) {
    return gguf_refuse(reader, 4, "the file is written for big-endian machines; convert it to little-endian");
  }
  return gguf_refuse(reader, 4, "GGUF version %" PRIu32 " is not read, only %d and %d", version, VERSION_MIN,
                     VERSION_MAX);
}

/* Checks a count against its limit and against the file's size, and makes room for its entries. */
static llmb_status make_room(struct gguf_reader *reader, const char *what, uint64_t count, uint64_t count_max,
                             uint64_t entry_size_min, uint64_t entry_size, void **out) {
  if (count > count_max) {
    return gguf_refuse(reader, reader->position - 8, "%" PRIu64 " %s; at most %" PRIu64 " are read", count, what,
                       count_max);
  }
  if (count == 0) return LLMB_OK;
  if (count * entry_size_min > reader->file_size - reader->position) {
    return gguf_refuse(reader, reader->position - 8, "%" PRIu64 " %s cannot stand in the %" PRIu64 " bytes that follow",
                       count, what, reader->file_size - reader->position);
  }
  llmb_status status = memory_allocate(count * entry_size, out);
  if (status != LLMB_OK) error_set(reader->error, status, LLMB_PHASE_LOAD, "model: no memory for its %s", what);
  return status;
}

static llmb_status read_header(struct gguf_reader *reader, struct gguf_file *file) {
  uint64_t tensor_count = 0, key_count = 0;
  void *tensors = NULL, *keys = NULL;
  llmb_status status = check_magic(reader);
  if (status == LLMB_OK) status = gguf_read_u32(reader, "the version", &file->version);
  if (status == LLMB_OK) status = check_version(reader, file->version);
  if (status == LLMB_OK) status = gguf_read_u64(reader, "the count of tensors", &tensor_count);
  if (status == LLMB_OK) {
    status = make_room(reader, "tensors", tensor_count, GGUF_TENSORS_MAX, TENSOR_ENTRY_SIZE_MIN,
                       sizeof(struct gguf_tensor), &tensors);
    file->tensors = tensors;
  }
  if (status == LLMB_OK) status = gguf_read_u64(reader, "the count of keys", &key_count);
  if (status == LLMB_OK) {
    status = make_room(reader, "keys", key_count, GGUF_KEYS_MAX, KEY_ENTRY_SIZE_MIN, sizeof(struct gguf_key), &keys);
    file->keys = keys;
  }
  if (status != LLMB_OK) return status;
  file->tensor_count = tensor_count;
  file->key_count = key_count;
  return LLMB_OK;
}

llmb_status gguf_file_read(const char *path, struct gguf_file *out, llmb_error *error) {
  struct gguf_reader reader;
  *out = (struct gguf_file){.alignment = GGUF_ALIGNMENT_DEFAULT, .part_count = 1};
  llmb_status status = gguf_reader_open(&reader, path, error);
  if (status != LLMB_OK) goto finish;
  out->file_size = reader.file_size;
  status = read_header(&reader, out);
  if (status == LLMB_OK) status = gguf_read_keys(&reader, out);
  if (status == LLMB_OK) status = gguf_check_keys(&reader, out);
  if (status == LLMB_OK) status = gguf_read_tensors(&reader, out);
  if (status == LLMB_OK) status = gguf_place_tensors(&reader, out);

finish:
  gguf_reader_close(&reader);
  return status;
}

void gguf_file_clear(struct gguf_file *file) {
  for (uint64_t i = 0; i < file->key_count; i++) {
    memory_release(file->keys[i].name);
    memory_release(file->keys[i].text);
  }
  memory_release(file->keys);
  memory_release(file->tensors);
  *file = (struct gguf_file){0};
}
