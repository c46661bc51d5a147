/* A session's helper talks with its host. */
#ifndef LLMB_SESSION_TALK_H
#define LLMB_SESSION_TALK_H

#include <stdbool.h>

#include <llmbridge/status.h>

#include "keeper/session_wire.h"

enum { SESSION_HANDLE_HOST = 3 }; /* the descriptor that the helper is started with */

/* Says it, with a text (NULL for none). False when the host has ended the conversation. */
bool session_say(struct session_message *message, const char *text, uint64_t size);

/* Says REFUSED; returns the exit status for that. */
int session_refuse(llmb_status status, int os_code, const char *format, ...) __attribute__((format(printf, 3, 4)));

/* The next message and its bytes (NULL if it has none), which are the caller's; NONE when the host has ended the
 * conversation, has broken it, or the time is over. */
enum session_message_kind session_hear(uint64_t deadline_ns, struct session_message *out, char **out_bytes);

#endif
