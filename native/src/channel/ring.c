#include "channel/ring.h"

#include <assert.h>
#include <string.h>

uint64_t ring_space(struct ring_writer *writer) {
  const uint64_t used = writer->position - atomic_load_explicit(writer->read, memory_order_acquire);
  if (used > writer->size) {
    writer->broken = true;
    return 0;
  }
  return writer->size - used;
}

void ring_put(struct ring_writer *writer, const void *bytes, uint64_t size) {
  assert(size <= writer->size);
  const uint64_t offset = writer->position & (writer->size - 1);
  const uint64_t first = size < writer->size - offset ? size : writer->size - offset;
  memcpy(writer->bytes + offset, bytes, first);
  memcpy(writer->bytes, (const uint8_t *)bytes + first, size - first);
  writer->position += size;
}

void ring_publish(struct ring_writer *writer) {
  atomic_store_explicit(writer->written, writer->position, memory_order_release);
}

uint64_t ring_available(struct ring_reader *reader) {
  const uint64_t available = atomic_load_explicit(reader->written, memory_order_acquire) - reader->position;
  if (available > reader->size) {
    reader->broken = true;
    return 0;
  }
  return available;
}

void ring_take(struct ring_reader *reader, void *bytes, uint64_t size) {
  assert(size <= reader->size);
  const uint64_t offset = reader->position & (reader->size - 1);
  const uint64_t first = size < reader->size - offset ? size : reader->size - offset;
  memcpy(bytes, reader->bytes + offset, first);
  memcpy((uint8_t *)bytes + first, reader->bytes, size - first);
  reader->position += size;
}

void ring_skip(struct ring_reader *reader, uint64_t size) {
  reader->position += size;
}

void ring_release(struct ring_reader *reader) {
  atomic_store_explicit(reader->read, reader->position, memory_order_release);
}
