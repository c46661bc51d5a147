/* Threads that the library starts in its host, which it does only for isolation=inproc. */
#ifndef LLMB_OS_THREAD_H
#define LLMB_OS_THREAD_H

#include <pthread.h>

#include <llmbridge/status.h>

typedef pthread_t os_thread;

/* Starts a thread that gets none of the process's signals: they stay with the threads of the host. */
llmb_status os_thread_start(void *(*run)(void *argument), void *argument, os_thread *out);

/* Waits for its end. */
void os_thread_join(os_thread thread);

/* Nobody will wait for it. */
void os_thread_detach(os_thread thread);

#endif
