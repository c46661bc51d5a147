/* The messages of session_protocol.h as they go over the socket, the same for both sides. */
#ifndef LLMB_SESSION_WIRE_H
#define LLMB_SESSION_WIRE_H

#include <llmbridge/status.h>

#include "keeper/session_protocol.h"
#include "platform/os_handle.h"

struct session_message session_message_of(enum session_message_kind kind);

/* Sends it with the `message->size` bytes, of which it makes a region; NULL: it has none. LLMB_E_UNAVAILABLE: the other
 * side has ended the conversation. */
llmb_status session_wire_send(os_handle socket, const struct session_message *message, const void *bytes, int *os_code);

/* Takes the next message, and a copy of its bytes with a NUL behind them, which the caller frees with memory_release;
 * NULL if it has none. LLMB_E_NOT_READY: there is no message; LLMB_E_UNAVAILABLE: none will come;
 * LLMB_E_PROTOCOL_ERROR: it is none, or has more than size_max bytes. */
llmb_status session_wire_receive(os_handle socket, uint64_t size_max, struct session_message *out, char **out_bytes,
                                 int *os_code);

#endif
