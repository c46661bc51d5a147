#include "schema/schema_scan.h"

#include <string.h>

#include "schema/schema_keywords.h"
#include "schema/schema_rules.h"
#include "schema/uri.h"

static uint32_t member(const struct json_tape *tape, uint32_t object, const char *name) {
  return json_tape_member(tape, object, name, strlen(name));
}

/* Copies a string for an error to quote; cut to fit. */
static const char *quoted(const struct json_tape *tape, uint32_t node, char *buffer, uint64_t capacity) {
  uint64_t size = 0;
  const char *text = json_tape_string(tape, node, &size);
  if (size >= capacity) size = capacity - 1;
  memcpy(buffer, text, size);
  buffer[size] = 0;
  return buffer;
}

static llmb_status read_draft(struct schema_build *build, uint32_t document, uint32_t node, enum schema_draft *draft) {
  static const struct {
    const char *uri;
    enum schema_draft draft;
  } drafts[] = {{"https://json-schema.org/draft/2020-12/schema", SCHEMA_DRAFT_2020},
                {"http://json-schema.org/draft-07/schema", SCHEMA_DRAFT_7},
                {"https://json-schema.org/draft-07/schema", SCHEMA_DRAFT_7}};
  const struct json_tape *tape = &build->set->documents[document].tape;
  const uint32_t value = member(tape, node, "$schema");
  char uri[SCHEMA_POINTER_SIZE_MAX];
  if (value == TAPE_NONE) return LLMB_OK;
  if (tape->nodes[value].kind != JSON_STRING) {
    return build_fail(build, LLMB_E_INVALID_ARGUMENT, document, value, "a string is expected", NULL);
  }
  quoted(tape, value, uri, sizeof uri);
  const uint64_t size = strlen(uri);
  if (size > 0 && uri[size - 1] == '#') uri[size - 1] = 0;
  for (unsigned i = 0; i < sizeof drafts / sizeof drafts[0]; i++) {
    if (strcmp(drafts[i].uri, uri) != 0) continue;
    *draft = drafts[i].draft;
    return LLMB_OK;
  }
  return build_fail(build, LLMB_E_UNSUPPORTED, document, value,
                    "only the dialects 2020-12 and draft-07 are known, and no document is fetched:", uri);
}

static llmb_status add_resource(struct schema_build *build, uint32_t schema, const char *uri, enum schema_draft draft) {
  struct schema_set *set = build->set;
  for (uint32_t i = 0; i < set->resource_count; i++) {
    if (strcmp(set->resources[i].uri, uri) != 0) continue;
    return build_fail(build, LLMB_E_INVALID_ARGUMENT, set->schemas[schema].document, set->schemas[schema].node,
                      "another schema has the $id too:", uri);
  }
  return build_add_resource(build, uri, schema, draft, &set->schemas[schema].resource);
}

/* A schema's $id, which begins a resource; in draft 7 one with a fragment is an anchor instead. */
static llmb_status read_id(struct schema_build *build, uint32_t schema, enum schema_draft draft) {
  struct schema_set *set = build->set;
  const struct schema at = set->schemas[schema];
  const struct json_tape *tape = &set->documents[at.document].tape;
  const uint32_t value = member(tape, at.node, "$id");
  if (value == TAPE_NONE) return LLMB_OK;
  if (draft == SCHEMA_DRAFT_7 && member(tape, at.node, "$ref") != TAPE_NONE) return LLMB_OK;
  if (tape->nodes[value].kind != JSON_STRING) {
    return build_fail(build, LLMB_E_INVALID_ARGUMENT, at.document, value, "a string is expected", NULL);
  }
  char uri[SCHEMA_URI_SIZE_MAX];
  uint64_t size = 0, fragment_size = 0;
  const char *fragment = NULL, *id = json_tape_string(tape, value, &size);
  if (!uri_resolve(set->resources[at.resource].uri, id, size, uri, sizeof uri, &fragment, &fragment_size)) {
    return build_fail(build, LLMB_E_INVALID_ARGUMENT, at.document, value, "a URI of more than 2047 bytes", NULL);
  }
  if (fragment_size > 0) {
    if (draft != SCHEMA_DRAFT_7) {
      return build_fail(build, LLMB_E_INVALID_ARGUMENT, at.document, value, "a $id without a fragment is expected",
                        NULL);
    }
    return build_add_anchor(build, (struct schema_anchor){at.resource, schema, at.document, value, false});
  }
  if (strcmp(set->resources[at.resource].uri, uri) == 0 && set->resources[at.resource].schema == schema) return LLMB_OK;
  return add_resource(build, schema, uri, draft);
}

static llmb_status read_anchors(struct schema_build *build, uint32_t schema, const uint32_t found[KEYWORD_COUNT]) {
  const struct schema at = build->set->schemas[schema];
  llmb_status status = LLMB_OK;
  for (unsigned i = 0; status == LLMB_OK && i < 2; i++) {
    const uint32_t value = found[i == 0 ? KEYWORD_ANCHOR : KEYWORD_DYNAMIC_ANCHOR];
    if (value == TAPE_NONE) continue;
    status = build_add_anchor(build, (struct schema_anchor){at.resource, schema, at.document, value, i == 1});
  }
  return status;
}

static llmb_status find_keywords(struct schema_build *build, uint32_t schema, uint32_t found[KEYWORD_COUNT]) {
  const struct schema at = build->set->schemas[schema];
  const struct json_tape *tape = &build->set->documents[at.document].tape;
  const enum schema_draft draft = build->set->resources[at.resource].draft;
  const bool is_reference = draft == SCHEMA_DRAFT_7 && member(tape, at.node, "$ref") != TAPE_NONE;
  for (uint32_t name = at.node + 1; name < tape->nodes[at.node].next; name = tape->nodes[name + 1].next) {
    uint64_t size = 0;
    uint32_t node = 0;
    char text[64];
    const char *bytes = json_tape_string(tape, name, &size);
    const struct keyword *keyword = keyword_find(bytes, size, draft);
    if (is_reference && (keyword == NULL || keyword->keyword != KEYWORD_REF)) continue;
    if (keyword == NULL && !build->is_strict) continue;
    if (keyword == NULL) {
      return build_fail(
          build, LLMB_E_INVALID_ARGUMENT, at.document, name,
          "no keyword of JSON Schema (schema_mode=lenient ignores it):", quoted(tape, name, text, sizeof text));
    }
    const char *fault = keyword_fault(tape, name + 1, keyword->shape, &node);
    if (fault != NULL) return build_fail(build, LLMB_E_INVALID_ARGUMENT, at.document, node, fault, NULL);
    found[keyword->keyword] = name + 1;
  }
  return LLMB_OK;
}

/* The schemas under $defs have no rule, but may have names. */
static llmb_status add_definitions(struct schema_build *build, uint32_t schema, uint32_t node) {
  const struct schema at = build->set->schemas[schema];
  const struct json_tape *tape = &build->set->documents[at.document].tape;
  llmb_status status = LLMB_OK;
  for (uint32_t name = node + 1; status == LLMB_OK && name < tape->nodes[node].next;
       name = tape->nodes[name + 1].next) {
    uint32_t child = 0;
    status = build_add_schema(build, at.document, name + 1, at.resource, &child);
  }
  return status;
}

static llmb_status scan(struct schema_build *build, uint32_t schema) {
  struct schema_set *set = build->set;
  const struct schema at = set->schemas[schema];
  uint32_t found[KEYWORD_COUNT];
  memset(found, 0xFF, sizeof found);
  if (set->documents[at.document].tape.nodes[at.node].kind != JSON_OBJECT) return LLMB_OK;
  enum schema_draft draft = set->resources[at.resource].draft;
  llmb_status status = read_draft(build, at.document, at.node, &draft);
  if (status == LLMB_OK) status = read_id(build, schema, draft);
  if (status == LLMB_OK) status = find_keywords(build, schema, found);
  if (status == LLMB_OK) status = read_anchors(build, schema, found);
  for (unsigned i = 0; status == LLMB_OK && i < 2; i++) {
    const uint32_t node = found[i == 0 ? KEYWORD_DEFS : KEYWORD_DEFINITIONS];
    if (node != TAPE_NONE) status = add_definitions(build, schema, node);
  }
  /* Where they have no effect, they may still be referred to. */
  static const uint8_t parts[] = {KEYWORD_THEN, KEYWORD_ELSE, KEYWORD_ADDITIONAL_ITEMS};
  for (unsigned i = 0; status == LLMB_OK && i < sizeof parts; i++) {
    uint32_t child = 0;
    if (found[parts[i]] == TAPE_NONE) continue;
    status = build_add_schema(build, at.document, found[parts[i]], set->schemas[schema].resource, &child);
  }
  return status == LLMB_OK ? schema_rules_add(build, schema, found) : status;
}

llmb_status schema_scan_root(struct schema_build *build, uint32_t document, uint32_t *out_schema) {
  struct schema_set *set = build->set;
  enum schema_draft draft = build->draft;
  const char *uri = set->documents[document].uri;
  uint32_t resource = 0;
  llmb_status status = LLMB_OK;
  if (set->documents[document].tape.nodes[0].kind == JSON_OBJECT) status = read_draft(build, document, 0, &draft);
  if (status == LLMB_OK) status = build_add_schema(build, document, 0, 0, out_schema);
  if (status == LLMB_OK) status = build_add_resource(build, uri != NULL ? uri : "", *out_schema, draft, &resource);
  if (status == LLMB_OK) set->schemas[*out_schema].resource = resource;
  return status == LLMB_OK ? schema_scan_all(build) : status;
}

llmb_status schema_scan_all(struct schema_build *build) {
  llmb_status status = LLMB_OK;
  while (status == LLMB_OK && build->scanned < build->set->schema_count) status = scan(build, build->scanned++);
  return status;
}
