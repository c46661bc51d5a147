/* What a JSON Schema and the tools given ask of a call's answer: it is looked at as it comes, and an answer that is
 * refused may be asked for again. */
#ifndef LLMB_CALL_SCHEMA_H
#define LLMB_CALL_SCHEMA_H

#include "api/call_object.h"
#include "api/call_verdict.h"
#include "core/settings_set.h"

/* Of a call that is being configured: its schema and tools, if its settings name them. */
llmb_status call_schema_begin(llmb_call *call, const llmb_settings *settings, llmb_error *error);

/* Looks at a piece of the answer; false, with the verdict, if no answer that goes on like this can be valid. */
bool call_schema_take(const llmb_call *call, const uint8_t *text, uint64_t size, struct call_verdict *verdict);

/* Looks at what the engine has said beside the answer, once that has ended; false, with the verdict, if it may not
 * be. */
bool call_tools_end(const llmb_call *call, uint32_t finish_reason, struct call_verdict *verdict);

/* Looks at the end of the answer. */
bool call_schema_end(const llmb_call *call, uint32_t finish_reason, struct call_verdict *verdict);

/* Whether the engine may be asked again for a call that is about to end as output_invalid; its request then tells it
 * why (call->error), and its answer is to be forgotten. `acts`: what the engine has begun may have had effects. */
bool call_schema_asks_again(llmb_call *call, bool acts, uint64_t now_ns);

/* Says once that what was read before belongs to an answer that was refused. */
bool call_schema_has_begun_anew(const llmb_call *call);

#endif
