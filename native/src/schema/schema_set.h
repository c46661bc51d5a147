/* A schema as it is checked with: every subschema a row of rules, over the texts that they were read from. */
#ifndef LLMB_SCHEMA_SET_H
#define LLMB_SCHEMA_SET_H

#include <stddef.h>

#include "schema/json_tape.h"
#include "schema/regex.h"
#include "schema/schema_limits.h"

#define SCHEMA_NONE UINT32_MAX

enum schema_draft { SCHEMA_DRAFT_7 = 1, SCHEMA_DRAFT_2020 = 2 };

/* In the order in which a subschema's rules are looked at: what is cheap first, what needs the others' findings last.
 * `first` and `count` tell a rule's part of the pool. */
enum schema_rule_kind {
  RULE_TYPE,        /* first: a bit for each enum json_kind, and RULE_TYPE_INTEGER */
  RULE_ENUM,        /* nodes, by their hashes; const is an enumeration of one */
  RULE_MULTIPLE_OF, /* the number at `node`, as in the next four */
  RULE_MAXIMUM,
  RULE_EXCLUSIVE_MAXIMUM,
  RULE_MINIMUM,
  RULE_EXCLUSIVE_MINIMUM,
  RULE_MAX_LENGTH, /* first: the number, as in the other counts */
  RULE_MIN_LENGTH,
  RULE_PATTERN, /* first: the regex */
  RULE_MAX_ITEMS,
  RULE_MIN_ITEMS,
  RULE_MAX_PROPERTIES,
  RULE_MIN_PROPERTIES,
  RULE_UNIQUE_ITEMS,
  RULE_REQUIRED,           /* nodes of names, by their hashes */
  RULE_DEPENDENT_REQUIRED, /* nodes of names in pairs: if there is the first, then the second */
  RULE_REF,                /* a schema */
  RULE_DYNAMIC_REF,        /* a schema, and the anchor that is looked for in the dynamic scope, or SCHEMA_NONE */
  RULE_ALL_OF,             /* schemas */
  RULE_ANY_OF,
  RULE_ONE_OF,
  RULE_NOT,
  RULE_IF,                /* the schemas if, then, else; the latter two may be SCHEMA_NONE */
  RULE_DEPENDENT_SCHEMAS, /* pairs of a name's node and a schema */
  RULE_PROPERTY_NAMES,
  RULE_MEMBERS,  /* struct schema_members */
  RULE_ITEMS,    /* the schemas of the first items, and last that of all others, or SCHEMA_NONE */
  RULE_CONTAINS, /* a schema, at least, at most */
  RULE_UNEVALUATED_ITEMS,
  RULE_UNEVALUATED_PROPERTIES,
  RULE_KIND_COUNT
};

enum { RULE_TYPE_INTEGER = 1 << 16 };

/* What RULE_MEMBERS has in the pool, from its `first` on: the schema of all other members, or SCHEMA_NONE; how many
 * names are known; pairs of a name's node and its schema, by the names' hashes; then, up to the rule's count, pairs of
 * a regex and a schema. */
enum { MEMBERS_OTHER = 0, MEMBERS_NAME_COUNT = 1, MEMBERS_NAMES = 2 };

struct schema_rule {
  const char *keyword;
  enum schema_rule_kind kind;
  uint32_t node, first, count;
};

struct schema {
  uint32_t document, node, resource;
  uint32_t first_rule, rule_count;
  bool is_false, wants_marks; /* wants_marks: it has a rule for what is unevaluated */
};

/* A schema with a URI of its own, or a document's root. */
struct schema_resource {
  char *uri;
  uint32_t schema;
  enum schema_draft draft;
};

struct schema_anchor {
  uint32_t resource, schema, document, node; /* `node`: its name */
  bool is_dynamic;
};

struct schema_document {
  struct json_tape tape;
  uint32_t *schemas; /* of each node, or SCHEMA_NONE */
  const char *uri;   /* of a metaschema */
};

struct schema_set {
  struct schema_document documents[SCHEMA_DOCUMENTS_MAX];
  struct schema *schemas;
  struct schema_rule *rules;
  struct schema_resource *resources;
  struct schema_anchor *anchors;
  struct regex **regexes;
  uint32_t *pool;
  uint64_t key[2];
  uint32_t document_count, schema_count, rule_count, resource_count, anchor_count, regex_count, pool_count;
  uint32_t schema_capacity, rule_capacity, resource_capacity, anchor_capacity, regex_capacity, pool_capacity;
  uint32_t state_count, state_count_max; /* of all patterns; of the largest */
  bool is_dynamic;                       /* some reference depends on the way to it */
};

/* Appends a row to one of the arrays above, which grows: *count is its index. */
llmb_status schema_set_grow(void **array, uint32_t count, uint32_t *capacity, uint64_t size);

llmb_status schema_set_add_pool(struct schema_set *set, uint32_t value);

/* Sorts `count` rows of the pool, one or two wide, by the hashes of the nodes they begin with. */
void schema_set_sort(struct schema_set *set, uint32_t document, uint32_t first, uint32_t count, uint32_t width);

/* The row of `count` sorted ones that begins with a node equal to the tape's, or `count`. Both are hashed. */
uint32_t schema_set_find(const struct json_tape *names, const uint32_t *rows, uint32_t count, uint32_t width,
                         const struct json_tape *tape, uint32_t node);

void schema_set_close(struct schema_set *set);

/* The schema of a member's name in RULE_MEMBERS that is known by itself, or SCHEMA_NONE. */
uint32_t schema_set_member(const struct schema_set *set, const struct schema *schema, const struct schema_rule *rule,
                           const struct json_tape *tape, uint32_t name);

#endif
