/* How a stream of schema_stream.h begins and ends, and what it costs. */
#ifndef LLMB_SCHEMA_STREAM_OPEN_H
#define LLMB_SCHEMA_STREAM_OPEN_H

#include "schema/schema_set.h"

struct schema_stream;

/* The set is used until the stream is closed. */
llmb_status schema_stream_open(const struct schema_set *set, struct schema_stream **out);
void *schema_stream_close(struct schema_stream *stream);

/* Before any text: of SCHEMA_STEPS_MAX so many steps are spent, so that streams can share one bound. */
void schema_stream_spend(struct schema_stream *stream, uint64_t steps);

/* How many steps are spent now. */
uint64_t schema_stream_spent(const struct schema_stream *stream);

/* Whether the text so far is the begin of a value that has not ended. */
bool schema_stream_is_open(const struct schema_stream *stream);

#endif
