/* Descriptors that are waited for together: one epoll descriptor, and for each a flag that says whether it is ready. */
#ifndef LLMB_TOOL_WATCH_H
#define LLMB_TOOL_WATCH_H

#include <stdbool.h>
#include <stdint.h>

/* Waits for a descriptor too, until it is closed. The flag must live as long; NULL if nobody wants to know. */
bool tool_watch(int waiter, int descriptor, uint32_t events, bool *ready);

void tool_unwatch(int waiter, int descriptor);

/* Raises the flags of what is ready now; what is not keeps its flag. */
void tool_watch_look(int waiter);

#endif
