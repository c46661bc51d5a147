/* The names of objects that are open, so that one that occurs twice is noticed: it has two meanings, of which a reader
 * may take either. */
#ifndef LLMB_SCHEMA_JSON_NAMES_H
#define LLMB_SCHEMA_JSON_NAMES_H

#include "schema/json_tape.h"

struct json_names {
  struct json_names_entry {
    uint64_t hash;
    uint32_t object, name, slot;
  } * entries;     /* in the order they came in: those of the object that opened last are the last */
  uint32_t *slots; /* a hash table: an entry's number and 1, or 0 */
  uint32_t count, capacity;
};

/* Adds and hashes a name that has ended; *out_is_new is false if the object has it already. */
llmb_status json_names_add(struct json_names *names, struct json_tape *tape, uint32_t object, uint32_t name,
                           bool *out_is_new);

/* Forgets the names of an object that has ended; those inside it have. */
void json_names_leave(struct json_names *names, uint32_t object);

void json_names_close(struct json_names *names);

#endif
