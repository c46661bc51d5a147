#include "schema/schema_references.h"

#include <string.h>

#include "schema/metaschemas.h"
#include "schema/schema_scan.h"
#include "schema/uri.h"

/* A reference at work. */
struct reference {
  struct schema_build *build;
  uint32_t document, node, resource; /* where it stands, and the resource it refers to */
  char uri[SCHEMA_URI_SIZE_MAX], fragment[SCHEMA_URI_SIZE_MAX];
  uint64_t fragment_size;
};

static llmb_status fail(const struct reference *reference, llmb_status status, const char *what, const char *detail) {
  return build_fail(reference->build, status, reference->document, reference->node, what, detail);
}

static llmb_status find_resource(struct reference *reference) {
  struct schema_build *build = reference->build;
  struct schema_set *set = build->set;
  for (uint32_t i = 0; i < set->resource_count; i++) {
    reference->resource = i;
    if (strcmp(set->resources[i].uri, reference->uri) == 0) return LLMB_OK;
  }
  const char *uri = NULL, *text = metaschema_text(reference->uri, &uri);
  if (text == NULL) {
    return fail(reference, LLMB_E_UNSUPPORTED, "it refers to another document, and none is fetched:", reference->uri);
  }
  uint32_t document = 0, schema = 0;
  llmb_status status = build_add_document(build, text, strlen(text), uri, &document);
  if (status == LLMB_OK) status = schema_scan_root(build, document, &schema);
  if (status == LLMB_OK) reference->resource = set->schemas[schema].resource;
  return status;
}

static uint32_t find_anchor(const struct schema_set *set, uint32_t resource, const char *name, uint64_t size) {
  for (uint32_t i = 0; i < set->anchor_count; i++) {
    const struct schema_anchor *anchor = &set->anchors[i];
    if (anchor->resource != resource) continue;
    uint64_t length = 0;
    const char *text = json_tape_string(&set->documents[anchor->document].tape, anchor->node, &length);
    const char *hash = memchr(text, '#', length); /* draft 7 has it in the $id */
    if (hash != NULL) {
      length -= (uint64_t)(hash + 1 - text);
      text = hash + 1;
    }
    if (length == size && memcmp(text, name, size) == 0) return i;
  }
  return SCHEMA_NONE;
}

/* Takes a pointer's next part off its front and decodes ~0 and ~1, in place. */
static uint64_t take_part(char **at, const char *end) {
  uint64_t size = 0;
  char *part = *at, *from = *at;
  for (; from < end && *from != '/'; from++) {
    const bool is_escape = *from == '~' && end - from > 1 && (from[1] == '0' || from[1] == '1');
    part[size++] = is_escape ? (from[1] == '0' ? '~' : '/') : *from;
    from += is_escape;
  }
  *at = from;
  return size;
}

static uint32_t child_of(const struct json_tape *tape, uint32_t node, const char *part, uint64_t size) {
  if (tape->nodes[node].kind != JSON_ARRAY) return json_tape_member(tape, node, part, size);
  uint32_t index = 0;
  if (size == 0 || size > 9 || (size > 1 && part[0] == '0')) return TAPE_NONE;
  for (uint64_t i = 0; i < size; i++) {
    if (part[i] < '0' || part[i] > '9') return TAPE_NONE;
    index = index * 10 + (uint32_t)(part[i] - '0');
  }
  uint32_t at = node + 1;
  for (; at < tape->nodes[node].next && index > 0; index--) at = tape->nodes[at].next;
  return at < tape->nodes[node].next ? at : TAPE_NONE;
}

/* Follows a JSON pointer from the resource's root. */
static llmb_status find_place(struct reference *reference, uint32_t *out_schema) {
  struct schema_set *set = reference->build->set;
  const struct schema root = set->schemas[set->resources[reference->resource].schema];
  const struct schema_document *document = &set->documents[root.document];
  uint32_t node = root.node, resource = reference->resource;
  char *at = reference->fragment;
  const char *end = at + reference->fragment_size;
  while (at < end && node != TAPE_NONE) {
    char *part = ++at;
    const uint64_t size = take_part(&at, end);
    node = child_of(&document->tape, node, part, size);
    if (node != TAPE_NONE && document->schemas[node] != SCHEMA_NONE) {
      resource = set->schemas[document->schemas[node]].resource;
    }
  }
  if (node == TAPE_NONE) return fail(reference, LLMB_E_INVALID_ARGUMENT, "it refers to nothing", NULL);
  return build_add_schema(reference->build, root.document, node, resource, out_schema);
}

static llmb_status find_target(struct reference *reference, uint32_t *out_schema, uint32_t *out_anchor) {
  struct schema_set *set = reference->build->set;
  *out_anchor = SCHEMA_NONE;
  *out_schema = set->resources[reference->resource].schema;
  if (reference->fragment_size == 0) return LLMB_OK;
  if (reference->fragment[0] == '/') return find_place(reference, out_schema);
  *out_anchor = find_anchor(set, reference->resource, reference->fragment, reference->fragment_size);
  if (*out_anchor == SCHEMA_NONE) return fail(reference, LLMB_E_INVALID_ARGUMENT, "it refers to nothing", NULL);
  *out_schema = set->anchors[*out_anchor].schema;
  return LLMB_OK;
}

static llmb_status resolve(struct schema_build *build, const struct schema *from, uint32_t rule_index) {
  struct schema_set *set = build->set;
  const struct schema_rule rule = set->rules[rule_index];
  struct reference reference = {.build = build, .document = from->document, .node = rule.node};
  uint64_t size = 0;
  uint32_t schema = 0, anchor = 0;
  const char *fragment = NULL, *text = json_tape_string(&set->documents[from->document].tape, rule.node, &size);
  const char *base = set->resources[from->resource].uri;
  if (!uri_resolve(base, text, size, reference.uri, sizeof reference.uri, &fragment, &reference.fragment_size) ||
      reference.fragment_size > sizeof reference.fragment) {
    return fail(&reference, LLMB_E_INVALID_ARGUMENT, "a URI of more than 2047 bytes", NULL);
  }
  memcpy(reference.fragment, fragment, reference.fragment_size);
  reference.fragment_size = uri_decode(reference.fragment, reference.fragment_size);
  llmb_status status = find_resource(&reference);
  if (status == LLMB_OK) status = find_target(&reference, &schema, &anchor);
  if (status != LLMB_OK) return status;
  set->pool[rule.first] = schema;
  const bool is_dynamic = rule.kind == RULE_DYNAMIC_REF && anchor != SCHEMA_NONE && set->anchors[anchor].is_dynamic;
  set->pool[rule.first + 1] = is_dynamic ? anchor : SCHEMA_NONE;
  set->is_dynamic = set->is_dynamic || is_dynamic;
  return schema_scan_all(build);
}

llmb_status schema_references_resolve(struct schema_build *build) {
  llmb_status status = LLMB_OK;
  for (; status == LLMB_OK && build->referred < build->set->schema_count; build->referred++) {
    const struct schema schema = build->set->schemas[build->referred];
    for (uint32_t i = 0; status == LLMB_OK && i < schema.rule_count; i++) {
      const enum schema_rule_kind kind = build->set->rules[schema.first_rule + i].kind;
      if (kind != RULE_REF && kind != RULE_DYNAMIC_REF) continue;
      status = resolve(build, &schema, schema.first_rule + i);
    }
  }
  return status;
}
