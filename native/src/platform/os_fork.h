/* Notices that this process is a forked child of the one that used the library, without any process-wide hook. */
#ifndef LLMB_OS_FORK_H
#define LLMB_OS_FORK_H

#include <stdbool.h>

/* A page that a fork empties. NULL if the kernel refuses. */
volatile unsigned *os_fork_page_create(void);
void os_fork_page_free(volatile unsigned *page);

#endif
