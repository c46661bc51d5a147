/**
 * JSON Schema: whether a JSON text is what a schema asks for. Drafts 2020-12 and 7, checked in full, in this process
 * and without any network.
 */
#ifndef LLMBRIDGE_SCHEMA_H
#define LLMBRIDGE_SCHEMA_H

#include "status.h"

#ifdef __cplusplus
extern "C" {
#endif

/** Checks a JSON text against a JSON Schema. Numbers are compared exactly, patterns take time linear in the text, and
 * the work of a check is bounded. `format` and other annotations assert nothing, unknown keywords are ignored, and a
 * name that occurs twice in one object is refused, in the schema as in the instance.
 * @param schema        UTF-8; without `$schema` it is 2020-12.
 * @param schema_size   its bytes.
 * @param instance      UTF-8; NULL only checks the schema.
 * @param instance_size its bytes.
 * Threads: any.
 * Errors:  LLMB_E_OUTPUT_INVALID: the instance does not keep the schema; the message has the JSON pointer, the byte and
 *          the keyword. LLMB_E_INVALID_ARGUMENT: `schema` is none; the message says what is wrong at which JSON
 * pointer. LLMB_E_UNSUPPORTED: it needs what cannot be had here, by name: another document, another dialect, a pattern
 *          that is not regular. LLMB_E_OUT_OF_MEMORY. */
LLMB_API llmb_status llmb_schema_check(const char *schema, uint64_t schema_size, const char *instance,
                                       uint64_t instance_size, llmb_error *out_error);

#ifdef __cplusplus
}
#endif

#endif
