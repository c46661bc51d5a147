/* The names of objects, so that one that occurs twice is noticed: it has two meanings, of which a reader may take
 * either. */
#ifndef LLMB_SCHEMA_JSON_NAMES_H
#define LLMB_SCHEMA_JSON_NAMES_H

#include "schema/json_tape.h"

struct json_names {
  struct json_names_slot {
    uint32_t object, name; /* a name of 0 is an empty slot */
  } * slots;
  uint32_t count, capacity;
};

/* Adds a name that has ended; *out_is_new is false if the object has it already. */
llmb_status json_names_add(struct json_names *names, const struct json_tape *tape, uint32_t object, uint32_t name,
                           bool *out_is_new);
void json_names_close(struct json_names *names);

#endif
