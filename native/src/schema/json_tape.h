/* A JSON text as a flat row of its values: what is inside a value follows it. It grows as the text does, so that each
 * value can be looked at as soon as it has ended. */
#ifndef LLMB_SCHEMA_JSON_TAPE_H
#define LLMB_SCHEMA_JSON_TAPE_H

#include "core/json_reader.h"

#include <llmbridge/status.h>

#define TAPE_NONE UINT32_MAX

/* A value, or a member's name, behind which its value stands. */
struct tape_node {
  uint64_t at, size;   /* its text; a size of 0 as long as it is open */
  uint64_t hash;       /* the same for equal values, under the tape's key; once is_hashed */
  uint64_t characters; /* a string's: where they are, in the text or in `decoded` */
  uint64_t byte_count; /* a string's, of its characters */
  uint32_t next;       /* behind its last part */
  uint32_t count;      /* elements; members; a string's characters */
  enum json_kind kind;
  bool is_escaped; /* a string's: its characters are in `decoded` */
  bool is_hashed;
};

struct json_tape {
  const char *text; /* the caller's, or `owned` */
  char *owned, *decoded;
  struct tape_node *nodes;
  uint64_t text_size, owned_capacity, decoded_size, decoded_capacity, key[2];
  uint32_t count, capacity;
};

/* Values on tapes with the same key can be compared. */
void json_tape_begin(struct json_tape *tape, const uint64_t key[2]);
void json_tape_close(struct json_tape *tape);

/* More text, which is copied. */
llmb_status json_tape_append(struct json_tape *tape, const char *text, uint64_t size);

/* A new node at the end, which is open; LLMB_E_OUTPUT_TOO_LARGE beyond TAPE_NODES_MAX. */
llmb_status json_tape_add(struct json_tape *tape, enum json_kind kind, uint64_t at, uint32_t *out_node);

/* Ends the open node, whose text goes to `end`: its characters and count. A string with escapes is marked before. */
llmb_status json_tape_end(struct json_tape *tape, uint32_t node, uint64_t end);

/* The characters of a string that has ended. They are not NUL-terminated; valid until the tape grows. */
const char *json_tape_string(const struct json_tape *tape, uint32_t node, uint64_t *out_size);

struct json_value json_tape_value(const struct json_tape *tape, uint32_t node);

/* The hash of a value that has ended, and of all its parts. */
void json_tape_hash(struct json_tape *tape, uint32_t node);

/* Whether two values that are hashed are equal as JSON Schema has it: 1 and 1.0 are, members in any order are. The
 * hashes decide; strings and numbers are compared besides. */
bool json_tape_equal(const struct json_tape *a, uint32_t node_a, const struct json_tape *b, uint32_t node_b);

/* The value of an object's member, or TAPE_NONE; `out_name` may be NULL. */
uint32_t json_tape_member(const struct json_tape *tape, uint32_t object, const char *name, uint64_t size);

/* Where a node is, as a JSON pointer in its text; cut at the front if it is longer than the buffer. */
void json_tape_pointer(const struct json_tape *tape, uint32_t node, char *buffer, uint64_t capacity);

#endif
