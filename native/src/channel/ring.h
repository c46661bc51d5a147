/* A ring of bytes between one writer and one reader in different processes.
 *
 * Each side keeps its own position privately and only publishes it: what stands in shared memory of its own position
 * may have been changed by the other side. The other side's position is loaded once and checked. */
#ifndef LLMB_RING_H
#define LLMB_RING_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

struct ring_writer {
  _Atomic uint64_t *written; /* ours, published */
  _Atomic uint64_t *read;    /* the peer's */
  uint8_t *bytes;
  uint64_t size;     /* of the ring, a power of two */
  uint64_t position; /* bytes put so far, published or not */
  bool broken;       /* the peer's position was impossible: the peer is not to be trusted any more */
};

struct ring_reader {
  _Atomic uint64_t *written; /* the peer's */
  _Atomic uint64_t *read;    /* ours, published */
  const uint8_t *bytes;
  uint64_t size;
  uint64_t position;
  bool broken;
};

/* How many bytes can be put now. */
uint64_t ring_space(struct ring_writer *writer);

/* Puts bytes behind the last ones without publishing them. size must not exceed ring_space. */
void ring_put(struct ring_writer *writer, const void *bytes, uint64_t size);

/* Lets the reader see what was put. */
void ring_publish(struct ring_writer *writer);

/* How many bytes can be taken now. */
uint64_t ring_available(struct ring_reader *reader);

/* Copies the next bytes out without giving their room back. size must not exceed ring_available. */
void ring_take(struct ring_reader *reader, void *bytes, uint64_t size);

/* Passes over bytes. */
void ring_skip(struct ring_reader *reader, uint64_t size);

/* Gives the room of what was taken back to the writer. */
void ring_release(struct ring_reader *reader);

#endif
