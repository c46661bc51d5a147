/* A whole instance against a schema. */
#ifndef LLMB_SCHEMA_CHECK_H
#define LLMB_SCHEMA_CHECK_H

#include "schema/schema_set.h"

/* LLMB_E_OUTPUT_INVALID says at which JSON pointer and byte which keyword is not kept. */
llmb_status schema_check_instance(const struct schema_set *set, const char *text, uint64_t size, llmb_error *error);

#endif
