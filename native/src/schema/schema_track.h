/* A string that is still coming: whether it can yet become one that its schemas allow. */
#ifndef LLMB_SCHEMA_TRACK_H
#define LLMB_SCHEMA_TRACK_H

#include "schema/schema_asserted.h"

/* A pattern, or texts of which the string has to become one. */
struct schema_tracker {
  const struct schema_rule *rule;
  struct regex_run run; /* of a pattern */
  uint32_t *texts;      /* nodes in the schema's document: those that begin as the string does */
  uint32_t schema, text_count, text_capacity, run_capacity;
  const char *keyword;
};

struct schema_track {
  struct schema_tracker trackers[SCHEMA_TRACKERS_MAX];
  uint32_t tracker_count;
  uint32_t character_count;
  uint64_t byte_count;
  char *scratch;
  uint64_t scratch_capacity;
};

/* Begins a string with the schemas it has to keep. Of a name, `container` are the schemas of its object: those that
 * allow no other members list what it may be; NULL otherwise. */
llmb_status schema_track_begin(struct schema_track *track, const struct schema_set *set,
                               const struct schema_asserted *asserted, const struct schema_asserted *container);

/* Takes what has come of the string: whole characters and escapes. *out_failed: what cannot be kept any more, or its
 * `keyword` is NULL. */
llmb_status schema_track_take(struct schema_track *track, struct schema_machine *machine,
                              const struct schema_asserted *asserted, uint64_t from, uint64_t to,
                              struct schema_failure *out_failed);

void schema_track_close(struct schema_track *track);

#endif
