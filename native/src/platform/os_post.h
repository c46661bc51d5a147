/* Messages one way, from another process that can send nothing else by it: no descriptor, and nothing that would make
 * this process wait. A message is as many packets as it needs; all but the last are of OS_POST_PACKET_SIZE bytes. */
#ifndef LLMB_OS_POST_H
#define LLMB_OS_POST_H

#include <llmbridge/status.h>

#include "platform/os_bell.h"

enum { OS_POST_PACKET_SIZE = 4096 };

/* Both ends are close-on-exec and 3 or above; `sends` is for a process or a thread, as with bells. */
llmb_status os_post_create(enum os_bell_ringer sender, os_handle *out_receives, os_handle *out_sends, int *os_code);

/* Takes one packet; the buffer has room for OS_POST_PACKET_SIZE. LLMB_E_NOT_READY when there is none,
 * LLMB_E_UNAVAILABLE when nobody can send any more. Never waits. */
llmb_status os_post_receive(os_handle receives, void *buffer, uint64_t *out_size);

/* Sends one message, packet by packet, waiting for room until deadline_ns. LLMB_E_NOT_READY when there was none,
 * LLMB_E_UNAVAILABLE when nobody receives any more. */
llmb_status os_post_send(enum os_bell_ringer sender, os_handle sends, const void *bytes, uint64_t size,
                         uint64_t deadline_ns);

#endif
