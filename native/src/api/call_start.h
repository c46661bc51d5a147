/* The beginning of a call, and what becomes of its object after its end. */
#ifndef LLMB_CALL_START_H
#define LLMB_CALL_START_H

#include "api/call_object.h"

/* Checks the input and the settings, and starts the call. */
llmb_status call_start(llmb_bridge *bridge, const struct call_input *input, const llmb_settings *settings,
                       llmb_call **out_call, llmb_error *out_error);

/* The same with the object of a call that has ended, which its owner keeps also where this fails. */
llmb_status call_start_again(llmb_call *call, const struct call_input *input, const llmb_settings *settings,
                             uint64_t now_ns, llmb_error *out_error);

/* Gives an object without a call back. */
void call_recycle(llmb_call *call);

#endif
