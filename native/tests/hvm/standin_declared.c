/* The functions that HVM's header declares. */
#include <stdlib.h>

#include "tests/hvm/standin_exports.h"

struct bytes readback_bytes(struct net *net, struct book *book, port list) {
  (void)net, (void)book;
  struct bytes bytes = {0, NULL};
  uint32_t capacity = 256, number;
  bytes.data = malloc(capacity);
  while (bytes.data != NULL && standin_step(&list, &number)) {
    if (bytes.size + 1 == capacity) bytes.data = realloc(bytes.data, capacity *= 2);
    bytes.data[bytes.size++] = (char)number; /* cut to 8 bits, as there */
  }
  if (bytes.data != NULL) bytes.data[bytes.size] = '\0';
  return bytes;
}

struct bytes readback_str(struct net *net, struct book *book, port list) {
  return readback_bytes(net, book, list);
}

struct tuple readback_tup(struct net *net, struct book *book, port at, uint32_t size) {
  (void)net, (void)book;
  struct tuple tuple = {.count = 0};
  port first, second;
  while (tuple.count + 1 < size && standin_split(at, &first, &second)) {
    tuple.items[tuple.count++] = standin_expand(first);
    at = standin_expand(second);
  }
  tuple.items[tuple.count++] = at;
  return tuple;
}

port inject_bytes(struct net *net, struct bytes *bytes) {
  (void)net;
  uint32_t *const numbers = malloc((bytes->size + 1) * sizeof *numbers);
  if (numbers == NULL) return ERASED;
  for (uint32_t i = 0; i < bytes->size; i++) numbers[i] = (uint32_t)(signed char)bytes->data[i] & 0xFFFFFF;
  const port list = standin_list(numbers, bytes->size, STYLE_PLAIN);
  free(numbers);
  return list;
}
