/* Message sockets between two processes: whole messages in order, with descriptors, and end of file when the other
 * side is gone. Sending and receiving never block. */
#ifndef LLMB_OS_SOCKET_H
#define LLMB_OS_SOCKET_H

#include <llmbridge/status.h>

#include "platform/os_bell.h"
#include "platform/os_handle.h"

enum { OS_SOCKET_HANDLES_MAX = 4 };          /* descriptors in one message */
enum { OS_SOCKET_MESSAGE_SIZE_MAX = 65536 }; /* bytes in one message */

/* Two connected ends, close-on-exec, both 3 or above. */
llmb_status os_socket_pair(os_handle out[2], int *os_code);

/* Sends one message. LLMB_E_NOT_READY when the other side's queue is full, LLMB_E_UNAVAILABLE when it is gone. Never
 * raises SIGPIPE. */
llmb_status os_socket_send(os_handle socket, const void *bytes, uint64_t size, const os_handle *handles,
                           unsigned handle_count, int *os_code);

/* Receives one message. LLMB_E_NOT_READY when there is none, LLMB_E_UNAVAILABLE at end of file, LLMB_E_PROTOCOL_ERROR
 * when it was longer than capacity or carried more descriptors than handle_capacity (all of them are closed then).
 * LLMB_E_OUT_OF_MEMORY when this process may have no more descriptors. handle_capacity 0 refuses any descriptor.
 * Received descriptors are close-on-exec and owned by the caller. */
llmb_status os_socket_receive(os_handle socket, void *bytes, uint64_t capacity, uint64_t *out_size,
                              os_handle *out_handles, unsigned handle_capacity, unsigned *out_handle_count,
                              int *os_code);

/* From here on nothing can be received: the other side's sends fail, also those of descriptors. What is sent it still
 * gets, and a ring too (os_bell_ring, which its os_bell_clear takes). */
void os_socket_only_send(os_handle socket);

/* Ends the conversation without closing the handle: both sides find the end of file. */
void os_socket_end(os_handle socket);

#endif
