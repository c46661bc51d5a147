/* The schema of one call, and its answer as far as it has come. */
#ifndef LLMB_SCHEMA_USE_H
#define LLMB_SCHEMA_USE_H

#include "api/schema_cache.h"

struct schema_stream;

struct schema_use {
  struct schema_entry *entry;
  struct schema_stream *stream;
  uint32_t retries_left;   /* how often the engine may be asked again after an answer that was refused */
  bool retries_were_asked; /* the caller has said so, not the default */
  bool is_refused;         /* the answer at hand */
  bool is_truncated;       /* it ended inside its value, for want of tokens */
  bool has_begun_anew;     /* what was read before is another answer's */
};

/* Takes over the entry, also if it fails. */
llmb_status schema_use_open(struct schema_entry *entry, struct schema_use **out);
void *schema_use_close(struct schema_use *use);

/* Begins with another answer. */
llmb_status schema_use_begin_anew(struct schema_use *use);

#endif
