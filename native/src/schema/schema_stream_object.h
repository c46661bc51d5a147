/* What a stream of schema_stream.h has. */
#ifndef LLMB_SCHEMA_STREAM_OBJECT_H
#define LLMB_SCHEMA_STREAM_OBJECT_H

#include "schema/json_feed.h"
#include "schema/json_names.h"
#include "schema/schema_assert.h"
#include "schema/schema_machine.h"
#include "schema/schema_stream.h"
#include "schema/schema_track.h"

struct schema_stream {
  const struct schema_set *set;
  struct json_tape tape;
  struct json_feed feed;
  struct json_names names; /* of objects; and the items of arrays in which they must differ */
  struct schema_machine machine;
  struct schema_track track;
  struct schema_asserted *open;    /* of each array and object that is open, a row of its own */
  struct schema_asserted asserted; /* of the value or name at hand, or of the one behind the name that has ended */
  uint32_t open_count, open_capacity;
  uint64_t spent, early; /* steps: before this stream, and of it before the whole was looked at */
  bool is_blind;         /* looking early has cost too much: the end has to do */
  bool has_ended;
  llmb_error failure; /* set once the text is refused */
};

#endif
