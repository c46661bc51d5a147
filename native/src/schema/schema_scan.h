/* Reads the keywords of subschemas: their names and URIs, their rules, what is inside them. */
#ifndef LLMB_SCHEMA_SCAN_H
#define LLMB_SCHEMA_SCAN_H

#include "schema/schema_build.h"

/* The root of a document, as a resource of its own. */
llmb_status schema_scan_root(struct schema_build *build, uint32_t document, uint32_t *out_schema);

/* Scans what has not been, and what is found on the way. */
llmb_status schema_scan_all(struct schema_build *build);

#endif
