/* Adds to a request that is asked once more. */
#ifndef LLMB_CALL_TELL_H
#define LLMB_CALL_TELL_H

#include "api/call_request.h"

/* Adds a text to what is asked: behind the prompt, or as a further message of the conversation. On failure the request
 * is as before. */
llmb_status call_tell(struct call_request *request, const char *text);

/* Makes a conversation (`messages`, JSON) what is asked, behind the first `settings_size` bytes of the settings. */
llmb_status call_tell_conversation(struct call_request *request, uint64_t settings_size, const char *messages);

#endif
