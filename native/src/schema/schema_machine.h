/* What checks an instance: subschemas wait for each other on a stack of its own, so that neither deep instances nor
 * deep schemas use up the thread's. */
#ifndef LLMB_SCHEMA_MACHINE_H
#define LLMB_SCHEMA_MACHINE_H

#include "schema/regex_run.h"
#include "schema/schema_set.h"

/* A subschema that is applied to a value. */
struct schema_frame {
  const char *by; /* the keyword that applied it */
  uint32_t schema, value;
  uint32_t rule;                      /* which of its rules is looked at */
  uint32_t step, member, index, hits; /* how far that rule has got: zero when it begins */
  uint32_t marks;                     /* where its marks are: a bit for each item or member that was evaluated */
  bool has_marks, gives_marks;        /* gives_marks: to the frame below, if it passes */
};

/* What failed last. */
struct schema_failure {
  const char *keyword;
  uint32_t schema, rule, node; /* `rule` is SCHEMA_NONE for a schema that is false */
};

struct schema_machine {
  const struct schema_set *set;
  struct json_tape *tape;
  struct schema_frame *frames;
  uint64_t *marks;
  struct regex_run run;
  struct schema_failure failure;
  uint64_t steps;
  uint32_t frame_count, frame_capacity, mark_count, mark_capacity;
};

llmb_status machine_open(struct schema_machine *machine, const struct schema_set *set, struct json_tape *tape);
void machine_close(struct schema_machine *machine);

/* Counts work; LLMB_E_OUTPUT_INVALID beyond SCHEMA_STEPS_MAX. */
llmb_status machine_count(struct schema_machine *machine, uint64_t steps);

/* Hashes a value of the instance, for comparisons. */
llmb_status machine_hash(struct schema_machine *machine, uint32_t node);

/* Applies a schema to a value; gives_marks: what it evaluates counts as evaluated by the schema below. */
llmb_status machine_push(struct schema_machine *machine, uint32_t schema, uint32_t value, const char *by,
                         bool gives_marks);

/* Takes the top frame away. */
void machine_pop(struct schema_machine *machine, bool has_passed);

/* Marks the index-th item or member of a frame's value, or all of them. */
void machine_mark(struct schema_machine *machine, const struct schema_frame *frame, uint32_t index);
void machine_mark_all(struct schema_machine *machine, const struct schema_frame *frame);
bool machine_is_marked(const struct schema_machine *machine, const struct schema_frame *frame, uint32_t index);

/* Whether a pattern matches a string of the instance. */
llmb_status machine_match(struct schema_machine *machine, uint32_t regex, uint32_t node, bool *out_matches);

#endif
