/* A child of the guard's, which its parent traces: it tells where the part begins that is to be traced, and where its
 * units end. */
#ifndef LLMB_TESTS_GUARD_CHILD_H
#define LLMB_TESTS_GUARD_CHILD_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

enum { GUARD_MARK = 7777 }; /* the number of no system call: the kernel refuses it, the tracer sees it */

/* Whether this process may single-step another; else why not. */
bool guard_may_trace(char *reason, size_t capacity);

/* Runs `work` in a child and waits until that calls guard_child_ready, where it stops; -1 if it does not come there. */
pid_t guard_child_start(void (*work)(const void *argument), const void *argument);

/* Lets a traced process run on as if it had never been traced. */
void guard_child_detach(pid_t pid);

/* Waits for the end of the child, of its keeper and of its engines; whether the child ended with 0. */
bool guard_child_await_end(pid_t child);

/* In the child: what follows is to be traced, the engine too, if there is one. */
void guard_child_ready(pid_t engine);

/* In the child: a unit ends here, and the next one begins. */
void guard_child_mark(void);

#endif
