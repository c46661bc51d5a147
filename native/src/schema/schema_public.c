#include <llmbridge/schema.h>

#include "core/error.h"
#include "schema/schema_check.h"
#include "schema/schema_compile.h"

LLMB_API llmb_status llmb_schema_check(const char *schema, uint64_t schema_size, const char *instance,
                                       uint64_t instance_size, llmb_error *out_error) {
  struct schema_set set;
  const struct schema_options options = {.draft = SCHEMA_DRAFT_2020};
  if (schema == NULL) {
    return error_set(out_error, LLMB_E_INVALID_ARGUMENT, LLMB_PHASE_CONFIGURE, "schema is NULL");
  }
  llmb_status status = schema_compile(&set, schema, schema_size, options, out_error);
  if (status != LLMB_OK) return status;
  if (instance != NULL) status = schema_check_instance(&set, instance, instance_size, out_error);
  schema_set_close(&set);
  return status;
}
