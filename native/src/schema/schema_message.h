/* What is told of an instance that does not keep its schema. */
#ifndef LLMB_SCHEMA_MESSAGE_H
#define LLMB_SCHEMA_MESSAGE_H

#include "schema/schema_machine.h"

/* Sets LLMB_E_OUTPUT_INVALID with the place as a JSON pointer, the byte, the keyword and what it asks for. */
llmb_status schema_message_failure(const struct schema_machine *machine, uint64_t at, llmb_error *error);

/* The same for what is no JSON, at a byte. */
llmb_status schema_message_json(uint64_t at, const char *what, llmb_error *error);

/* The same for work that was given up. Passes on other statuses. */
llmb_status schema_message_limit(llmb_status status, llmb_error *error);

#endif
