/* An instance that comes in pieces, looked at as it comes: as soon as no text that goes on like this can keep the
 * schema, it is refused; a text that can is never. Early are found: what is no JSON, wrong types, false schemas, texts
 * that cannot become one of an enumeration or match a pattern any more, members and items that are not allowed or too
 * many, numbers out of bounds, names and items that repeat. All else at the end of the value it is about. */
#ifndef LLMB_SCHEMA_STREAM_H
#define LLMB_SCHEMA_STREAM_H

#include "schema/schema_stream_open.h"

/* Takes more text; is_last says that it ends here. LLMB_E_OUTPUT_INVALID: see error; whatever follows is refused too.
 */
llmb_status schema_stream_take(struct schema_stream *stream, const char *text, uint64_t size, bool is_last,
                               llmb_error *error);

#endif
