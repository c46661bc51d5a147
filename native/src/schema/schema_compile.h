/* From a JSON Schema's text to the rules that instances are checked with. */
#ifndef LLMB_SCHEMA_COMPILE_H
#define LLMB_SCHEMA_COMPILE_H

#include "schema/schema_set.h"

struct schema_options {
  enum schema_draft draft; /* where the schema does not say */
  bool is_strict;          /* a keyword that JSON Schema does not know is a fault, instead of being ignored */
};

/* On failure *set is closed. LLMB_E_INVALID_ARGUMENT: it is no schema; LLMB_E_UNSUPPORTED: what it says cannot be
 * checked here. Either names the place by its JSON pointer. */
llmb_status schema_compile(struct schema_set *set, const char *text, uint64_t size, struct schema_options options,
                           llmb_error *error);

#endif
