#include "schema/schema_rules.h"

#include <stddef.h>

#include "schema/exact_number.h"

struct source {
  struct schema_build *build;
  struct schema_set *set;
  struct schema schema; /* a copy: the set's may move */
  const uint32_t *found;
};

static const struct tape_node *nodes_of(const struct source *source) {
  return source->set->documents[source->schema.document].tape.nodes;
}

static const struct json_tape *tape_of(const struct source *source) {
  return &source->set->documents[source->schema.document].tape;
}

/* A rule whose part of the pool began at `first` and ends with the pool. */
static llmb_status add_rule(const struct source *source, enum schema_rule_kind kind, const char *keyword, uint32_t node,
                            uint32_t first) {
  return build_add_rule(source->build,
                        (struct schema_rule){keyword, kind, node, first, source->set->pool_count - first});
}

static llmb_status add_type(const struct source *source, uint32_t node) {
  const struct tape_node *nodes = nodes_of(source);
  uint32_t bits = 0;
  if (nodes[node].kind == JSON_STRING) bits = keyword_type_bits(tape_of(source), node);
  for (uint32_t at = node + 1; at < nodes[node].next; at = nodes[at].next)
    bits |= keyword_type_bits(tape_of(source), at);
  return build_add_rule(source->build, (struct schema_rule){"type", RULE_TYPE, node, bits, 0});
}

/* The elements of an array, sorted. */
static llmb_status add_values(const struct source *source, enum schema_rule_kind kind, const char *keyword,
                              uint32_t node) {
  const uint32_t first = source->set->pool_count;
  llmb_status status = LLMB_OK;
  for (uint32_t at = node + 1; status == LLMB_OK && at < nodes_of(source)[node].next; at = nodes_of(source)[at].next) {
    status = schema_set_add_pool(source->set, at);
  }
  schema_set_sort(source->set, source->schema.document, first, source->set->pool_count - first, 1);
  return status == LLMB_OK ? add_rule(source, kind, keyword, node, first) : status;
}

static llmb_status add_const(const struct source *source, uint32_t node) {
  const uint32_t first = source->set->pool_count;
  llmb_status status = schema_set_add_pool(source->set, node);
  return status == LLMB_OK ? add_rule(source, RULE_ENUM, "const", node, first) : status;
}

static uint32_t count_at(const struct source *source, uint32_t node) {
  const struct json_value text = json_tape_value(tape_of(source), node);
  const struct exact_number number = exact_number_read(text.text, text.size);
  uint32_t count = 0;
  exact_number_count(&number, &count);
  return count;
}

static llmb_status add_number(const struct source *source, enum schema_rule_kind kind, const char *keyword,
                              uint32_t node) {
  const struct json_value text = json_tape_value(tape_of(source), node);
  const struct exact_number number = exact_number_read(text.text, text.size);
  uint64_t digits = 0;
  if (kind == RULE_MULTIPLE_OF && !exact_number_digits(&number, &digits)) {
    return build_fail(source->build, LLMB_E_UNSUPPORTED, source->schema.document, node,
                      "more than 18 significant digits", NULL);
  }
  return build_add_rule(source->build, (struct schema_rule){keyword, kind, node, 0, 0});
}

static llmb_status add_count(const struct source *source, enum schema_rule_kind kind, const char *keyword,
                             uint32_t node) {
  return build_add_rule(source->build, (struct schema_rule){keyword, kind, node, count_at(source, node), 0});
}

static llmb_status add_pattern(const struct source *source, uint32_t node) {
  uint32_t regex = 0;
  llmb_status status = build_add_regex(source->build, source->schema.document, node, &regex);
  if (status != LLMB_OK) return status;
  return build_add_rule(source->build, (struct schema_rule){"pattern", RULE_PATTERN, node, regex, 0});
}

/* Of dependentRequired and dependentSchemas, and of draft 7's dependencies, which are both. */
static llmb_status add_dependencies(const struct source *source, enum schema_rule_kind kind, const char *keyword,
                                    uint32_t node) {
  const bool of_names = kind == RULE_DEPENDENT_REQUIRED;
  const uint32_t first = source->set->pool_count;
  llmb_status status = LLMB_OK;
  for (uint32_t name = node + 1; status == LLMB_OK && name < nodes_of(source)[node].next;
       name = nodes_of(source)[name + 1].next) {
    const uint32_t member = name + 1;
    const bool is_array = nodes_of(source)[member].kind == JSON_ARRAY;
    if (!of_names && !is_array) {
      status = schema_set_add_pool(source->set, name);
      if (status == LLMB_OK) status = build_add_child(source->build, &source->schema, member);
    }
    if (!of_names || !is_array) continue;
    for (uint32_t at = member + 1; status == LLMB_OK && at < nodes_of(source)[member].next;
         at = nodes_of(source)[at].next) {
      status = schema_set_add_pool(source->set, name);
      if (status == LLMB_OK) status = schema_set_add_pool(source->set, at);
    }
  }
  if (status != LLMB_OK || source->set->pool_count == first) return status;
  return add_rule(source, kind, keyword, node, first);
}

/* A schema, or the schemas of an array. */
static llmb_status add_schemas(const struct source *source, enum schema_rule_kind kind, const char *keyword,
                               uint32_t node) {
  const uint32_t first = source->set->pool_count;
  llmb_status status = LLMB_OK;
  if (nodes_of(source)[node].kind != JSON_ARRAY) {
    status = build_add_child(source->build, &source->schema, node);
  } else {
    for (uint32_t at = node + 1; status == LLMB_OK && at < nodes_of(source)[node].next;
         at = nodes_of(source)[at].next) {
      status = build_add_child(source->build, &source->schema, at);
    }
  }
  return status == LLMB_OK ? add_rule(source, kind, keyword, node, first) : status;
}

static llmb_status add_reference(const struct source *source, enum schema_rule_kind kind, const char *keyword,
                                 uint32_t node) {
  const uint32_t first = source->set->pool_count;
  llmb_status status = schema_set_add_pool(source->set, SCHEMA_NONE);
  if (status == LLMB_OK) status = schema_set_add_pool(source->set, SCHEMA_NONE);
  return status == LLMB_OK ? add_rule(source, kind, keyword, node, first) : status;
}

static llmb_status add_child_or_none(const struct source *source, uint32_t node) {
  return node == TAPE_NONE ? schema_set_add_pool(source->set, SCHEMA_NONE)
                           : build_add_child(source->build, &source->schema, node);
}

static llmb_status add_if(const struct source *source) {
  const uint32_t *found = source->found, first = source->set->pool_count;
  llmb_status status = build_add_child(source->build, &source->schema, found[KEYWORD_IF]);
  if (status == LLMB_OK) status = add_child_or_none(source, found[KEYWORD_THEN]);
  if (status == LLMB_OK) status = add_child_or_none(source, found[KEYWORD_ELSE]);
  return status == LLMB_OK ? add_rule(source, RULE_IF, "if", found[KEYWORD_IF], first) : status;
}

static llmb_status add_members(const struct source *source) {
  const uint32_t *found = source->found, first = source->set->pool_count;
  const uint32_t names = found[KEYWORD_PROPERTIES], patterns = found[KEYWORD_PATTERN_PROPERTIES];
  uint32_t regex = 0;
  llmb_status status = add_child_or_none(source, found[KEYWORD_ADDITIONAL_PROPERTIES]);
  if (status == LLMB_OK) status = schema_set_add_pool(source->set, 0);
  for (uint32_t name = names + 1; names != TAPE_NONE && status == LLMB_OK && name < nodes_of(source)[names].next;
       name = nodes_of(source)[name + 1].next) {
    status = schema_set_add_pool(source->set, name);
    if (status == LLMB_OK) status = build_add_child(source->build, &source->schema, name + 1);
  }
  const uint32_t count = (source->set->pool_count - first - MEMBERS_NAMES) / 2;
  if (status == LLMB_OK) {
    source->set->pool[first + MEMBERS_NAME_COUNT] = count;
    schema_set_sort(source->set, source->schema.document, first + MEMBERS_NAMES, count, 2);
  }
  for (uint32_t name = patterns + 1;
       patterns != TAPE_NONE && status == LLMB_OK && name < nodes_of(source)[patterns].next;
       name = nodes_of(source)[name + 1].next) {
    status = build_add_regex(source->build, source->schema.document, name, &regex);
    if (status == LLMB_OK) status = schema_set_add_pool(source->set, regex);
    if (status == LLMB_OK) status = build_add_child(source->build, &source->schema, name + 1);
  }
  return status == LLMB_OK ? add_rule(source, RULE_MEMBERS, "properties", source->schema.node, first) : status;
}

static llmb_status add_items(const struct source *source) {
  const uint32_t *found = source->found, first = source->set->pool_count;
  uint32_t begin = found[KEYWORD_PREFIX_ITEMS], rest = found[KEYWORD_ITEMS];
  if (rest != TAPE_NONE && nodes_of(source)[rest].kind == JSON_ARRAY) {
    begin = rest;
    rest = found[KEYWORD_ADDITIONAL_ITEMS];
  }
  llmb_status status = LLMB_OK;
  for (uint32_t at = begin + 1; begin != TAPE_NONE && status == LLMB_OK && at < nodes_of(source)[begin].next;
       at = nodes_of(source)[at].next) {
    status = build_add_child(source->build, &source->schema, at);
  }
  if (status == LLMB_OK) status = add_child_or_none(source, rest);
  return status == LLMB_OK ? add_rule(source, RULE_ITEMS, "items", source->schema.node, first) : status;
}

static llmb_status add_contains(const struct source *source) {
  const uint32_t *found = source->found, first = source->set->pool_count;
  const uint32_t least = found[KEYWORD_MIN_CONTAINS], most = found[KEYWORD_MAX_CONTAINS];
  llmb_status status = build_add_child(source->build, &source->schema, found[KEYWORD_CONTAINS]);
  if (status == LLMB_OK) status = schema_set_add_pool(source->set, least == TAPE_NONE ? 1 : count_at(source, least));
  if (status == LLMB_OK) {
    status = schema_set_add_pool(source->set, most == TAPE_NONE ? UINT32_MAX : count_at(source, most));
  }
  return status == LLMB_OK ? add_rule(source, RULE_CONTAINS, "contains", found[KEYWORD_CONTAINS], first) : status;
}

static llmb_status add_unique(const struct source *source, uint32_t node) {
  if (nodes_of(source)[node].kind != JSON_TRUE) return LLMB_OK;
  return build_add_rule(source->build, (struct schema_rule){"uniqueItems", RULE_UNIQUE_ITEMS, node, 0, 0});
}

/* Keywords whose rule is made by one function out of its value alone. */
static const struct maker {
  llmb_status (*add)(const struct source *source, enum schema_rule_kind kind, const char *keyword, uint32_t node);
  enum schema_rule_kind kind;
  const char *name;
} makers[KEYWORD_COUNT] = {
    [KEYWORD_ENUM] = {add_values, RULE_ENUM, "enum"},
    [KEYWORD_MULTIPLE_OF] = {add_number, RULE_MULTIPLE_OF, "multipleOf"},
    [KEYWORD_MAXIMUM] = {add_number, RULE_MAXIMUM, "maximum"},
    [KEYWORD_EXCLUSIVE_MAXIMUM] = {add_number, RULE_EXCLUSIVE_MAXIMUM, "exclusiveMaximum"},
    [KEYWORD_MINIMUM] = {add_number, RULE_MINIMUM, "minimum"},
    [KEYWORD_EXCLUSIVE_MINIMUM] = {add_number, RULE_EXCLUSIVE_MINIMUM, "exclusiveMinimum"},
    [KEYWORD_MAX_LENGTH] = {add_count, RULE_MAX_LENGTH, "maxLength"},
    [KEYWORD_MIN_LENGTH] = {add_count, RULE_MIN_LENGTH, "minLength"},
    [KEYWORD_MAX_ITEMS] = {add_count, RULE_MAX_ITEMS, "maxItems"},
    [KEYWORD_MIN_ITEMS] = {add_count, RULE_MIN_ITEMS, "minItems"},
    [KEYWORD_MAX_PROPERTIES] = {add_count, RULE_MAX_PROPERTIES, "maxProperties"},
    [KEYWORD_MIN_PROPERTIES] = {add_count, RULE_MIN_PROPERTIES, "minProperties"},
    [KEYWORD_REQUIRED] = {add_values, RULE_REQUIRED, "required"},
    [KEYWORD_DEPENDENT_REQUIRED] = {add_dependencies, RULE_DEPENDENT_REQUIRED, "dependentRequired"},
    [KEYWORD_DEPENDENT_SCHEMAS] = {add_dependencies, RULE_DEPENDENT_SCHEMAS, "dependentSchemas"},
    [KEYWORD_REF] = {add_reference, RULE_REF, "$ref"},
    [KEYWORD_DYNAMIC_REF] = {add_reference, RULE_DYNAMIC_REF, "$dynamicRef"},
    [KEYWORD_ALL_OF] = {add_schemas, RULE_ALL_OF, "allOf"},
    [KEYWORD_ANY_OF] = {add_schemas, RULE_ANY_OF, "anyOf"},
    [KEYWORD_ONE_OF] = {add_schemas, RULE_ONE_OF, "oneOf"},
    [KEYWORD_NOT] = {add_schemas, RULE_NOT, "not"},
    [KEYWORD_PROPERTY_NAMES] = {add_schemas, RULE_PROPERTY_NAMES, "propertyNames"},
    [KEYWORD_UNEVALUATED_ITEMS] = {add_schemas, RULE_UNEVALUATED_ITEMS, "unevaluatedItems"},
    [KEYWORD_UNEVALUATED_PROPERTIES] = {add_schemas, RULE_UNEVALUATED_PROPERTIES, "unevaluatedProperties"},
};

/* Keywords that have a rule in common, or more than one. */
static llmb_status add_joint_rules(const struct source *source) {
  const uint32_t *found = source->found, dependencies = found[KEYWORD_DEPENDENCIES];
  llmb_status status = LLMB_OK;
  if (found[KEYWORD_TYPE] != TAPE_NONE) status = add_type(source, found[KEYWORD_TYPE]);
  if (status == LLMB_OK && found[KEYWORD_CONST] != TAPE_NONE) status = add_const(source, found[KEYWORD_CONST]);
  if (status == LLMB_OK && found[KEYWORD_PATTERN] != TAPE_NONE) status = add_pattern(source, found[KEYWORD_PATTERN]);
  if (status == LLMB_OK && found[KEYWORD_UNIQUE_ITEMS] != TAPE_NONE) {
    status = add_unique(source, found[KEYWORD_UNIQUE_ITEMS]);
  }
  if (status == LLMB_OK && dependencies != TAPE_NONE) {
    status = add_dependencies(source, RULE_DEPENDENT_REQUIRED, "dependencies", dependencies);
    if (status == LLMB_OK) status = add_dependencies(source, RULE_DEPENDENT_SCHEMAS, "dependencies", dependencies);
  }
  if (status == LLMB_OK && found[KEYWORD_IF] != TAPE_NONE) status = add_if(source);
  if (status == LLMB_OK && (found[KEYWORD_PROPERTIES] != TAPE_NONE || found[KEYWORD_PATTERN_PROPERTIES] != TAPE_NONE ||
                            found[KEYWORD_ADDITIONAL_PROPERTIES] != TAPE_NONE)) {
    status = add_members(source);
  }
  if (status == LLMB_OK && (found[KEYWORD_PREFIX_ITEMS] != TAPE_NONE || found[KEYWORD_ITEMS] != TAPE_NONE)) {
    status = add_items(source);
  }
  if (status == LLMB_OK && found[KEYWORD_CONTAINS] != TAPE_NONE) status = add_contains(source);
  return status;
}

static void sort_by_kind(struct schema_rule *rules, uint32_t count) {
  for (uint32_t i = 1; i < count; i++) {
    const struct schema_rule moved = rules[i];
    uint32_t at = i;
    for (; at > 0 && rules[at - 1].kind > moved.kind; at--) rules[at] = rules[at - 1];
    rules[at] = moved;
  }
}

llmb_status schema_rules_add(struct schema_build *build, uint32_t schema, const uint32_t found[KEYWORD_COUNT]) {
  struct schema_set *set = build->set;
  const struct source source = {build, set, set->schemas[schema], found};
  const uint32_t first = set->rule_count;
  llmb_status status = LLMB_OK;
  for (unsigned keyword = 0; status == LLMB_OK && keyword < KEYWORD_COUNT; keyword++) {
    const struct maker *maker = &makers[keyword];
    if (maker->add == NULL || found[keyword] == TAPE_NONE) continue;
    status = maker->add(&source, maker->kind, maker->name, found[keyword]);
  }
  if (status == LLMB_OK) status = add_joint_rules(&source);
  if (set->rule_count > first) sort_by_kind(set->rules + first, set->rule_count - first);
  set->schemas[schema].first_rule = first;
  set->schemas[schema].rule_count = set->rule_count - first;
  set->schemas[schema].wants_marks =
      found[KEYWORD_UNEVALUATED_ITEMS] != TAPE_NONE || found[KEYWORD_UNEVALUATED_PROPERTIES] != TAPE_NONE;
  return status;
}
