/* A doorbell: rung any number of times, heard once. Pollable for reading; close-on-exec, never blocks. */
#ifndef LLMB_OS_EVENT_H
#define LLMB_OS_EVENT_H

#include <llmbridge/status.h>

#include "platform/os_handle.h"

llmb_status os_event_create(os_handle *out, int *os_code);
void os_event_ring(os_handle event);
void os_event_clear(os_handle event);

#endif
