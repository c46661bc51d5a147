#include "schema/schema_message.h"

#include <string.h>

#include "core/error.h"
#include "schema/schema_assert.h"

enum { DETAIL_SIZE_MAX = 160 }; /* bytes of a schema's own text that a message repeats */

/* The text of the keyword in the schema, as far as it fits. */
static void copy_text(const struct json_tape *tape, uint32_t node, char *out) {
  const struct json_value value = json_tape_value(tape, node);
  const uint64_t size = value.size < DETAIL_SIZE_MAX ? value.size : DETAIL_SIZE_MAX - 4;
  memcpy(out, value.text, size);
  memcpy(out + size, value.size == size ? "" : "...", value.size == size ? 1 : 4);
}

static void describe(const struct schema_machine *machine, char *out) {
  const struct schema_failure *failure = &machine->failure;
  const struct schema *schema = &machine->set->schemas[failure->schema];
  const struct json_tape *tape = &machine->set->documents[schema->document].tape;
  out[0] = 0;
  if (failure->rule == SCHEMA_NONE) return;
  const struct schema_rule *rule = &machine->set->rules[failure->rule];
  uint32_t node = rule->node;
  if (rule->kind == RULE_REQUIRED || rule->kind == RULE_DEPENDENT_REQUIRED) {
    const uint32_t missing = schema_assert_missing(machine, schema, rule, failure->node);
    if (missing != TAPE_NONE) node = missing;
  }
  copy_text(tape, node, out);
}

llmb_status schema_message_failure(const struct schema_machine *machine, uint64_t at, llmb_error *error) {
  char pointer[SCHEMA_POINTER_SIZE_MAX], detail[DETAIL_SIZE_MAX];
  const struct schema_failure *failure = &machine->failure;
  json_tape_pointer(machine->tape, failure->node, pointer, sizeof pointer);
  describe(machine, detail);
  if (detail[0] == 0) {
    return error_set(error, LLMB_E_OUTPUT_INVALID, LLMB_PHASE_VALIDATE,
                     "at \"%s\", byte %llu: the schema's %s allows nothing here", pointer, (unsigned long long)at,
                     failure->keyword);
  }
  return error_set(error, LLMB_E_OUTPUT_INVALID, LLMB_PHASE_VALIDATE, "at \"%s\", byte %llu: the schema asks for %s %s",
                   pointer, (unsigned long long)at, failure->keyword, detail);
}

llmb_status schema_message_json(uint64_t at, const char *what, llmb_error *error) {
  return error_set(error, LLMB_E_OUTPUT_INVALID, LLMB_PHASE_VALIDATE, "not JSON: at byte %llu: expected %s",
                   (unsigned long long)at, what);
}

llmb_status schema_message_limit(llmb_status status, llmb_error *error) {
  if (status == LLMB_E_OUT_OF_MEMORY) {
    return error_set(error, status, LLMB_PHASE_VALIDATE, "no memory to check the text against its schema");
  }
  if (status == LLMB_E_OUTPUT_TOO_LARGE) {
    return error_set(error, LLMB_E_OUTPUT_INVALID, LLMB_PHASE_VALIDATE,
                     "it has more than %d values, too many to check against the schema", TAPE_NODES_MAX);
  }
  if (status == LLMB_E_OUTPUT_INVALID) {
    return error_set(error, status, LLMB_PHASE_VALIDATE,
                     "checking it against the schema takes more than %llu steps, and was given up",
                     (unsigned long long)SCHEMA_STEPS_MAX);
  }
  return status;
}
