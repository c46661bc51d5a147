#include "schema/schema_compile.h"

#include "core/error.h"
#include "platform/os_random.h"
#include "schema/schema_build.h"
#include "schema/schema_cycles.h"
#include "schema/schema_references.h"
#include "schema/schema_scan.h"

static llmb_status build_set(struct schema_build *build, const char *text, uint64_t size) {
  uint32_t document = 0, root = 0, cycle = SCHEMA_NONE;
  llmb_status status = build_add_document(build, text, size, NULL, &document);
  if (status == LLMB_OK) status = schema_scan_root(build, document, &root);
  if (status == LLMB_OK) status = schema_references_resolve(build);
  if (status == LLMB_OK) status = schema_cycles_find(build->set, &cycle);
  if (status == LLMB_OK && cycle != SCHEMA_NONE) {
    const struct schema *schema = &build->set->schemas[cycle];
    return build_fail(build, LLMB_E_INVALID_ARGUMENT, schema->document, schema->node,
                      "it leads back to itself without an end", NULL);
  }
  return status;
}

llmb_status schema_compile(struct schema_set *set, const char *text, uint64_t size, struct schema_options options,
                           llmb_error *error) {
  *set = (struct schema_set){0};
  struct schema_build build = {.set = set, .error = error, .is_strict = options.is_strict, .draft = options.draft};
  os_random(set->key, 2);
  llmb_status status = build_set(&build, text, size);
  if (status == LLMB_E_OUT_OF_MEMORY) {
    error_set(error, status, LLMB_PHASE_CONFIGURE, "no memory for the schema");
  } else if (status == LLMB_E_OUTPUT_TOO_LARGE) {
    status = error_set(error, LLMB_E_INVALID_ARGUMENT, LLMB_PHASE_CONFIGURE, "the schema has too many values");
  }
  if (status != LLMB_OK) schema_set_close(set);
  return status;
}
