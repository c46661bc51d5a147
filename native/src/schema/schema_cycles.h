/* Schemas that lead back to themselves without going into the instance could never be checked to the end. */
#ifndef LLMB_SCHEMA_CYCLES_H
#define LLMB_SCHEMA_CYCLES_H

#include "schema/schema_set.h"

/* A schema that does so, or SCHEMA_NONE. */
llmb_status schema_cycles_find(const struct schema_set *set, uint32_t *out_schema);

#endif
