#include "schema/schema_build.h"

#include <string.h>

#include "core/error.h"
#include "core/json_check.h"
#include "core/memory.h"
#include "schema/json_feed.h"
#include "schema/json_names.h"

llmb_status build_fail(struct schema_build *build, llmb_status status, uint32_t document, uint32_t node,
                       const char *what, const char *detail) {
  char pointer[SCHEMA_POINTER_SIZE_MAX];
  json_tape_pointer(&build->set->documents[document].tape, node, pointer, sizeof pointer);
  if (detail != NULL) {
    return error_set(build->error, status, LLMB_PHASE_CONFIGURE, "the schema at \"%s\": %s \"%s\"", pointer, what,
                     detail);
  }
  return error_set(build->error, status, LLMB_PHASE_CONFIGURE, "the schema at \"%s\": %s", pointer, what);
}

/* Reads the text onto the tape; *out_twice is a name that its object has already, or TAPE_NONE. */
static llmb_status read_tape(struct json_tape *tape, uint32_t *out_twice) {
  struct json_names names = {0};
  struct json_feed feed;
  struct feed_event event = {.kind = FEED_VALUE_BEGIN};
  llmb_status status = LLMB_OK;
  *out_twice = TAPE_NONE;
  json_feed_begin(&feed, tape);
  json_feed_text(&feed, true);
  while (status == LLMB_OK && event.kind != FEED_MORE && event.kind != FEED_WRONG) {
    status = json_feed_next(&feed, &event);
    bool is_new = true;
    if (status == LLMB_OK && event.kind == FEED_NAME_END) {
      status = json_names_add(&names, tape, json_feed_container(&feed), event.node, &is_new);
    } else if (event.kind == FEED_VALUE_END) {
      json_names_leave(&names, event.node);
    }
    if (!is_new && *out_twice == TAPE_NONE) *out_twice = event.node;
  }
  json_names_close(&names);
  if (status == LLMB_OK) json_tape_hash(tape, 0);
  return status;
}

llmb_status build_add_document(struct schema_build *build, const char *text, uint64_t size, const char *uri,
                               uint32_t *out_document) {
  struct schema_set *set = build->set;
  uint64_t offset = 0;
  const char *what = NULL;
  if (set->document_count == SCHEMA_DOCUMENTS_MAX) return LLMB_E_INTERNAL;
  if (size > SCHEMA_SIZE_MAX) {
    return error_set(build->error, LLMB_E_INVALID_ARGUMENT, LLMB_PHASE_CONFIGURE,
                     "the schema has %llu bytes; %d are allowed", (unsigned long long)size, SCHEMA_SIZE_MAX);
  }
  if (json_check((const uint8_t *)text, size, &offset, &what) != LLMB_OK) {
    return error_set(build->error, LLMB_E_INVALID_ARGUMENT, LLMB_PHASE_CONFIGURE,
                     "the schema is not JSON: at byte %llu: expected %s", (unsigned long long)offset, what);
  }
  struct schema_document *document = &set->documents[set->document_count];
  *out_document = set->document_count++;
  document->uri = uri;
  json_tape_begin(&document->tape, set->key);
  llmb_status status = json_tape_append(&document->tape, text, size);
  uint32_t twice = TAPE_NONE;
  if (status == LLMB_OK) status = read_tape(&document->tape, &twice);
  void *block = NULL;
  if (status == LLMB_OK) status = memory_allocate((uint64_t)document->tape.count * sizeof(uint32_t), &block);
  document->schemas = block;
  if (status == LLMB_OK) memset(block, 0xFF, document->tape.count * sizeof(uint32_t));
  if (status == LLMB_OK && twice != TAPE_NONE) {
    return build_fail(build, LLMB_E_INVALID_ARGUMENT, *out_document, twice, "the name occurs twice", NULL);
  }
  return status;
}

llmb_status build_add_schema(struct schema_build *build, uint32_t document, uint32_t node, uint32_t resource,
                             uint32_t *out_schema) {
  struct schema_set *set = build->set;
  const enum json_kind kind = set->documents[document].tape.nodes[node].kind;
  *out_schema = set->documents[document].schemas[node];
  if (*out_schema != SCHEMA_NONE) return LLMB_OK;
  if (kind != JSON_OBJECT && kind != JSON_TRUE && kind != JSON_FALSE) {
    return build_fail(build, LLMB_E_INVALID_ARGUMENT, document, node, "a schema is expected: an object, true or false",
                      NULL);
  }
  if (set->schema_count == SCHEMA_COUNT_MAX) {
    return build_fail(build, LLMB_E_INVALID_ARGUMENT, document, node, "there are more than 50000 subschemas", NULL);
  }
  void *array = set->schemas;
  llmb_status status = schema_set_grow(&array, set->schema_count, &set->schema_capacity, sizeof *set->schemas);
  set->schemas = array;
  if (status != LLMB_OK) return status;
  *out_schema = set->schema_count++;
  set->schemas[*out_schema] =
      (struct schema){.document = document, .node = node, .resource = resource, .is_false = kind == JSON_FALSE};
  set->documents[document].schemas[node] = *out_schema;
  return LLMB_OK;
}

llmb_status build_add_child(struct schema_build *build, const struct schema *parent, uint32_t node) {
  uint32_t child = 0;
  llmb_status status = build_add_schema(build, parent->document, node, parent->resource, &child);
  return status == LLMB_OK ? schema_set_add_pool(build->set, child) : status;
}

llmb_status build_add_rule(struct schema_build *build, struct schema_rule rule) {
  struct schema_set *set = build->set;
  void *array = set->rules;
  llmb_status status = schema_set_grow(&array, set->rule_count, &set->rule_capacity, sizeof *set->rules);
  set->rules = array;
  if (status == LLMB_OK) set->rules[set->rule_count++] = rule;
  return status;
}

llmb_status build_add_resource(struct schema_build *build, const char *uri, uint32_t schema, enum schema_draft draft,
                               uint32_t *out_resource) {
  struct schema_set *set = build->set;
  void *array = set->resources;
  char *copy = NULL;
  llmb_status status = schema_set_grow(&array, set->resource_count, &set->resource_capacity, sizeof *set->resources);
  set->resources = array;
  if (status == LLMB_OK) status = memory_copy_text(uri, strlen(uri), &copy);
  if (status != LLMB_OK) return status;
  *out_resource = set->resource_count++;
  set->resources[*out_resource] = (struct schema_resource){copy, schema, draft};
  return LLMB_OK;
}

llmb_status build_add_anchor(struct schema_build *build, struct schema_anchor anchor) {
  struct schema_set *set = build->set;
  void *array = set->anchors;
  llmb_status status = schema_set_grow(&array, set->anchor_count, &set->anchor_capacity, sizeof *set->anchors);
  set->anchors = array;
  if (status == LLMB_OK) set->anchors[set->anchor_count++] = anchor;
  return status;
}

llmb_status build_add_regex(struct schema_build *build, uint32_t document, uint32_t node, uint32_t *out_regex) {
  struct schema_set *set = build->set;
  uint64_t size = 0, at = 0;
  const char *what = NULL, *pattern = json_tape_string(&set->documents[document].tape, node, &size);
  void *array = set->regexes;
  llmb_status status = schema_set_grow(&array, set->regex_count, &set->regex_capacity, sizeof *set->regexes);
  set->regexes = array;
  if (status != LLMB_OK) return status;
  status = regex_compile(pattern, size, &set->regexes[set->regex_count], &what, &at);
  if (status == LLMB_E_INVALID_ARGUMENT || status == LLMB_E_UNSUPPORTED) {
    char pointer[SCHEMA_POINTER_SIZE_MAX];
    json_tape_pointer(&set->documents[document].tape, node, pointer, sizeof pointer);
    return error_set(build->error, status, LLMB_PHASE_CONFIGURE,
                     "the schema at \"%s\": the pattern, at its byte %llu: %s", pointer, (unsigned long long)at, what);
  }
  if (status != LLMB_OK) return status;
  const uint32_t states = regex_state_count(set->regexes[set->regex_count]);
  *out_regex = set->regex_count++;
  set->state_count += states;
  if (states > set->state_count_max) set->state_count_max = states;
  if (set->state_count <= SCHEMA_STATES_MAX) return LLMB_OK;
  return build_fail(build, LLMB_E_UNSUPPORTED, document, node, "the patterns together have more than 500000 states",
                    NULL);
}
