#include "keeper/session_line.h"

#include <stdio.h>
#include <string.h>

#include "core/json_check.h"
#include "core/memory.h"

/* Half a byte at a time: a table of 16 words says what it says, and a log is short. */
uint32_t session_crc(const char *bytes, uint64_t size) {
  static const uint32_t table[16] = {0x00000000, 0x105ec76f, 0x20bd8ede, 0x30e349b1, 0x417b1dbc, 0x5125dad3,
                                     0x61c69362, 0x7198540d, 0x82f63b78, 0x92a8fc17, 0xa24bb5a6, 0xb21572c9,
                                     0xc38d26c4, 0xd3d3e1ab, 0xe330a81a, 0xf36e6f75};
  uint32_t crc = UINT32_MAX;
  for (uint64_t i = 0; i < size; i++) {
    crc ^= (uint8_t)bytes[i];
    crc = table[crc & 15] ^ (crc >> 4);
    crc = table[crc & 15] ^ (crc >> 4);
  }
  return ~crc;
}

llmb_status session_bytes_add(struct session_bytes *bytes, const char *text, uint64_t size) {
  if (bytes->size + size + 1 > bytes->capacity) {
    void *grown = bytes->text;
    const uint64_t capacity = (bytes->size + size + 1) * 2;
    const llmb_status status = memory_resize(&grown, capacity);
    if (status != LLMB_OK) return status;
    bytes->text = grown;
    bytes->capacity = capacity;
  }
  if (size > 0) memcpy(bytes->text + bytes->size, text, size);
  bytes->size += size;
  bytes->text[bytes->size] = 0;
  return LLMB_OK;
}

static void write_seal(uint32_t crc, char seal[SESSION_SEAL_SIZE + 1]) {
  snprintf(seal, SESSION_SEAL_SIZE + 1, ",\"crc\":\"%08x\"}", crc);
}

llmb_status session_line_add(struct session_bytes *bytes, const char *text, uint64_t size) {
  char seal[SESSION_SEAL_SIZE + 1];
  llmb_status status = session_bytes_add(bytes, text, size - 1); /* the seal closes the object */
  if (status != LLMB_OK) return status;
  write_seal(session_crc(text, size - 1), seal);
  status = session_bytes_add(bytes, seal, SESSION_SEAL_SIZE);
  return status == LLMB_OK ? session_bytes_add(bytes, "\n", 1) : status;
}

struct json_value session_line_read(const char *line, uint64_t size) {
  const struct json_value none = {.kind = JSON_ABSENT};
  char seal[SESSION_SEAL_SIZE + 1];
  if (size <= SESSION_SEAL_SIZE || size > SESSION_LINE_SIZE_MAX || line[0] != '{') return none;
  const uint64_t sealed = size - SESSION_SEAL_SIZE;
  if (memcmp(line + sealed, ",\"crc\":\"", 8) != 0) return none; /* before the work of looking at all of it */
  write_seal(session_crc(line, sealed), seal);
  if (memcmp(line + sealed, seal, SESSION_SEAL_SIZE) != 0) return none;
  if (json_check((const uint8_t *)line, size, NULL, NULL) != LLMB_OK) return none;
  return json_read(line, size);
}
