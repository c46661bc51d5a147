#include "schema/json_tape.h"

#include <string.h>

#include "core/keyed_hash.h"
#include "core/memory.h"
#include "schema/exact_number.h"
#include "schema/schema_limits.h"

void json_tape_begin(struct json_tape *tape, const uint64_t key[2]) {
  *tape = (struct json_tape){.key = {key[0], key[1]}};
}

void json_tape_close(struct json_tape *tape) {
  tape->owned = memory_release(tape->owned);
  tape->decoded = memory_release(tape->decoded);
  tape->nodes = memory_release(tape->nodes);
  tape->count = tape->capacity = 0;
}

static llmb_status make_room(char **block, uint64_t *capacity, uint64_t needed) {
  if (needed <= *capacity) return LLMB_OK;
  const uint64_t grown = needed < 1024 ? 1024 : needed + needed / 2;
  void *moved = *block;
  llmb_status status = memory_resize(&moved, grown);
  if (status != LLMB_OK) return status;
  *block = moved;
  *capacity = grown;
  return LLMB_OK;
}

llmb_status json_tape_append(struct json_tape *tape, const char *text, uint64_t size) {
  llmb_status status = make_room(&tape->owned, &tape->owned_capacity, tape->text_size + size);
  if (status != LLMB_OK) return status;
  if (size > 0) memcpy(tape->owned + tape->text_size, text, size);
  tape->text = tape->owned;
  tape->text_size += size;
  return LLMB_OK;
}

llmb_status json_tape_add(struct json_tape *tape, enum json_kind kind, uint64_t at, uint32_t *out_node) {
  if (tape->count == TAPE_NODES_MAX) return LLMB_E_OUTPUT_TOO_LARGE;
  if (tape->count == tape->capacity) {
    const uint32_t grown = tape->capacity < 16 ? 16 : tape->capacity + tape->capacity / 2;
    void *moved = tape->nodes;
    llmb_status status = memory_resize(&moved, grown * sizeof *tape->nodes);
    if (status != LLMB_OK) return status;
    tape->nodes = moved;
    tape->capacity = grown;
  }
  *out_node = tape->count++;
  /* Member by member: as a whole it would be cleared by a string instruction, which takes its time to start. */
  struct tape_node *added = &tape->nodes[*out_node];
  added->at = at;
  added->size = 0;
  added->next = tape->count;
  added->count = 0;
  added->kind = kind;
  added->is_escaped = added->is_hashed = false;
  return LLMB_OK;
}

struct json_value json_tape_value(const struct json_tape *tape, uint32_t node) {
  const struct tape_node *at = &tape->nodes[node];
  return (struct json_value){at->kind, tape->text + at->at, at->size};
}

const char *json_tape_string(const struct json_tape *tape, uint32_t node, uint64_t *out_size) {
  const struct tape_node *string = &tape->nodes[node];
  *out_size = string->byte_count;
  return (string->is_escaped ? tape->decoded : tape->text) + string->characters;
}

static uint32_t count_characters(const char *bytes, uint64_t size) {
  const uint64_t ones = UINT64_C(0x0101010101010101);
  uint64_t i = 0, count = size;
  for (uint64_t word; size - i >= sizeof word; i += sizeof word) {
    memcpy(&word, bytes + i, sizeof word);
    count -= (word >> 7 & ~word >> 6 & ones) * ones >> 56; /* a bit for each byte that goes on a character */
  }
  for (; i < size; i++) count -= ((uint8_t)bytes[i] & 0xC0) == 0x80;
  return (uint32_t)count;
}

static llmb_status end_string(struct json_tape *tape, struct tape_node *string) {
  const char *text = tape->text + string->at;
  string->characters = string->at + 1;
  string->byte_count = string->size - 2;
  if (string->is_escaped) {
    llmb_status status = make_room(&tape->decoded, &tape->decoded_capacity, tape->decoded_size + string->size);
    if (status != LLMB_OK) return status;
    string->characters = tape->decoded_size;
    string->byte_count =
        json_string_copy((struct json_value){JSON_STRING, text, string->size}, tape->decoded + tape->decoded_size);
    tape->decoded_size += string->byte_count;
  }
  const char *bytes = (string->is_escaped ? tape->decoded : tape->text) + string->characters;
  string->count = count_characters(bytes, string->byte_count);
  return LLMB_OK;
}

static void hash_number(struct keyed_hash *hash, const char *text, uint64_t size) {
  const struct exact_number number = exact_number_read(text, size);
  keyed_hash_add(hash, &number.exponent, sizeof number.exponent);
  keyed_hash_add(hash, &number.is_negative, 1);
  for (const char *at = number.first; number.digit_count > 0; at++) {
    if (*at != '.') keyed_hash_add(hash, at, 1);
    if (at == number.last) break;
  }
}

static void hash_parts(struct json_tape *tape, uint32_t node, struct keyed_hash *hash) {
  const struct tape_node *nodes = tape->nodes;
  uint64_t sum = 0;
  for (uint32_t part = node + 1; part < nodes[node].next; part = nodes[part].next) {
    if (nodes[node].kind == JSON_ARRAY) {
      keyed_hash_add(hash, &nodes[part].hash, sizeof nodes[part].hash);
      continue;
    }
    /* The order of members does not count: their hashes are added up. */
    struct keyed_hash member;
    keyed_hash_begin(&member, tape->key);
    keyed_hash_add(&member, &nodes[part].hash, sizeof nodes[part].hash);
    part = nodes[part].next;
    keyed_hash_add(&member, &nodes[part].hash, sizeof nodes[part].hash);
    sum += keyed_hash_end(&member);
  }
  keyed_hash_add(hash, &sum, sizeof sum);
}

llmb_status json_tape_end(struct json_tape *tape, uint32_t node, uint64_t end) {
  struct tape_node *ended = &tape->nodes[node];
  ended->size = end - ended->at;
  ended->next = tape->count;
  return ended->kind == JSON_STRING ? end_string(tape, ended) : LLMB_OK;
}

static void hash_node(struct json_tape *tape, uint32_t node) {
  struct tape_node *hashed = &tape->nodes[node];
  struct keyed_hash hash;
  /* The kind is in the key, so that a string's bytes begin a word. */
  keyed_hash_begin(&hash, (const uint64_t[]){tape->key[0] ^ hashed->kind, tape->key[1]});
  if (hashed->kind == JSON_STRING) {
    uint64_t size = 0;
    const char *bytes = json_tape_string(tape, node, &size);
    keyed_hash_add(&hash, bytes, size);
  } else if (hashed->kind == JSON_NUMBER) {
    hash_number(&hash, tape->text + hashed->at, hashed->size);
  } else if (hashed->kind == JSON_ARRAY || hashed->kind == JSON_OBJECT) {
    hash_parts(tape, node, &hash);
  }
  hashed->hash = keyed_hash_end(&hash);
  hashed->is_hashed = true;
}

void json_tape_hash(struct json_tape *tape, uint32_t node) {
  if (tape->nodes[node].is_hashed) return;
  /* A value's parts stand behind it: from the last on, each finds its own parts hashed. */
  for (uint32_t at = tape->nodes[node].next; at-- > node;) {
    if (!tape->nodes[at].is_hashed) hash_node(tape, at);
  }
}

bool json_tape_equal(const struct json_tape *a, uint32_t node_a, const struct json_tape *b, uint32_t node_b) {
  const struct tape_node *one = &a->nodes[node_a], *other = &b->nodes[node_b];
  if (one->hash != other->hash || one->kind != other->kind) return false;
  if (one->kind == JSON_STRING) {
    uint64_t size_a = 0, size_b = 0;
    const char *bytes_a = json_tape_string(a, node_a, &size_a), *bytes_b = json_tape_string(b, node_b, &size_b);
    return size_a == size_b && memcmp(bytes_a, bytes_b, size_a) == 0;
  }
  if (one->kind == JSON_NUMBER) {
    const struct exact_number number_a = exact_number_read(a->text + one->at, one->size);
    const struct exact_number number_b = exact_number_read(b->text + other->at, other->size);
    return exact_number_compare(&number_a, &number_b) == 0;
  }
  return one->count == other->count;
}

uint32_t json_tape_member(const struct json_tape *tape, uint32_t object, const char *name, uint64_t size) {
  const struct tape_node *nodes = tape->nodes;
  if (nodes[object].kind != JSON_OBJECT) return TAPE_NONE;
  for (uint32_t at = object + 1; at < nodes[object].next; at = nodes[nodes[at].next].next) {
    uint64_t found = 0;
    const char *bytes = json_tape_string(tape, at, &found);
    if (found == size && memcmp(bytes, name, size) == 0) return nodes[at].next;
  }
  return TAPE_NONE;
}

/* Puts text before what stands at *begin. */
static void put_before(char *buffer, uint64_t *begin, const char *text, uint64_t size) {
  for (uint64_t i = size; i > 0; i--) {
    const char *escape = text[i - 1] == '~' ? "~0" : text[i - 1] == '/' ? "~1" : NULL;
    const uint64_t needed = escape != NULL ? 2 : 1;
    if (*begin < needed) {
      *begin = 0;
      return;
    }
    *begin -= needed;
    memcpy(buffer + *begin, escape != NULL ? escape : &text[i - 1], needed);
  }
}

static void put_index(char *buffer, uint64_t *begin, uint32_t index) {
  do {
    const char digit = (char)('0' + index % 10);
    put_before(buffer, begin, &digit, 1);
    index /= 10;
  } while (index > 0);
}

/* The container that a node is in, and its place there. An open container has no end yet. */
static uint32_t parent_of(const struct json_tape *tape, uint32_t node, uint32_t *out_index, uint32_t *out_name) {
  const struct tape_node *nodes = tape->nodes;
  uint32_t parent = 0;
  for (;;) {
    uint32_t index = 0, part = parent + 1, name = TAPE_NONE;
    const bool is_object = nodes[parent].kind == JSON_OBJECT;
    for (;; index++) {
      name = is_object ? part : TAPE_NONE;
      if (is_object && part != node) part++;
      const bool is_open = nodes[part].size == 0;
      if (part == node || is_open || node < nodes[part].next) break;
      part = nodes[part].next;
    }
    *out_index = index;
    *out_name = name;
    if (part == node) return parent;
    parent = part;
  }
}

void json_tape_pointer(const struct json_tape *tape, uint32_t node, char *buffer, uint64_t capacity) {
  uint64_t begin = capacity - 1;
  buffer[begin] = 0;
  while (node != 0 && begin > 0) {
    uint32_t index = 0, name = TAPE_NONE;
    node = parent_of(tape, node, &index, &name);
    uint64_t size = 0;
    const char *bytes = name != TAPE_NONE && tape->nodes[name].size > 0 ? json_tape_string(tape, name, &size) : NULL;
    if (bytes != NULL) {
      put_before(buffer, &begin, bytes, size);
    } else {
      put_index(buffer, &begin, index);
    }
    if (begin > 0) buffer[--begin] = '/';
  }
  memmove(buffer, buffer + begin, capacity - begin);
}
