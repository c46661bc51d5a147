/* Finds what references refer to: inside the schema, or in the metaschemas; nothing is fetched. */
#ifndef LLMB_SCHEMA_REFERENCES_H
#define LLMB_SCHEMA_REFERENCES_H

#include "schema/schema_build.h"

/* Looks up the references of all rules, and of the schemas that are found by them. */
llmb_status schema_references_resolve(struct schema_build *build);

#endif
