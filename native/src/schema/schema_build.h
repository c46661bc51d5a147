/* A schema set while it is built: subschemas are found one in another, and their references looked up at the end. */
#ifndef LLMB_SCHEMA_BUILD_H
#define LLMB_SCHEMA_BUILD_H

#include "schema/schema_set.h"

struct schema_build {
  struct schema_set *set;
  llmb_error *error;
  bool is_strict; /* an unknown keyword is a fault */
  enum schema_draft draft;
  uint32_t scanned;  /* schemas before it have their rules */
  uint32_t referred; /* rules before it have their references */
};

/* Says what is wrong at a node, by its JSON pointer; `detail`, a text that is quoted, may be NULL. */
llmb_status build_fail(struct schema_build *build, llmb_status status, uint32_t document, uint32_t node,
                       const char *what, const char *detail);

/* A text of JSON as a further document; `uri` is that of a metaschema, or NULL. */
llmb_status build_add_document(struct schema_build *build, const char *text, uint64_t size, const char *uri,
                               uint32_t *out_document);

/* The schema at a node, which is a new one the first time. */
llmb_status build_add_schema(struct schema_build *build, uint32_t document, uint32_t node, uint32_t resource,
                             uint32_t *out_schema);

/* The same, into the pool. */
llmb_status build_add_child(struct schema_build *build, const struct schema *parent, uint32_t node);

llmb_status build_add_rule(struct schema_build *build, struct schema_rule rule);

llmb_status build_add_resource(struct schema_build *build, const char *uri, uint32_t schema, enum schema_draft draft,
                               uint32_t *out_resource);

llmb_status build_add_anchor(struct schema_build *build, struct schema_anchor anchor);

llmb_status build_add_regex(struct schema_build *build, uint32_t document, uint32_t node, uint32_t *out_regex);

#endif
