/* What one call's answer has to keep, its schema and its tools, and the answer as far as it has come. */
#ifndef LLMB_SCHEMA_USE_H
#define LLMB_SCHEMA_USE_H

#include "api/schema_cache.h"

struct schema_stream;

struct tools_use;

struct schema_use {
  struct schema_entry *entry; /* of json_schema; NULL for none, as is its stream */
  struct schema_stream *stream;
  struct tools_use *tools; /* what may be called; NULL for none */
  uint32_t retries_left;   /* how often the engine may be asked again after an answer that was refused */
  bool retries_were_asked; /* the caller has said so, not the default */
  bool is_refused;         /* the answer at hand */
  bool is_truncated;       /* it ended inside its value, for want of tokens */
  bool has_begun_anew;     /* what was read before is another answer's */
};

/* Takes over both, either of which may be NULL, also if it fails. */
llmb_status schema_use_open(struct schema_entry *entry, struct tools_use *tools, struct schema_use **out);
void *schema_use_close(struct schema_use *use);

/* Begins with another answer. */
llmb_status schema_use_begin_anew(struct schema_use *use);

#endif
