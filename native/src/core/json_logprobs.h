/* Whether JSON is what may be said of how probable tokens were. */
#ifndef LLMB_CORE_JSON_LOGPROBS_H
#define LLMB_CORE_JSON_LOGPROBS_H

#include "core/json_reader.h"

/* An array of objects with `token`, a string, `logprob`, a number, and `top_logprobs`, an array of objects with the
 * first two; `id` is a number where it is there, `bytes` an array of numbers. Other members are not looked at. */
bool json_is_logprobs(struct json_value list);

#endif
