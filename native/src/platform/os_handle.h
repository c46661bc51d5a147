/* A descriptor of the operating system. */
#ifndef LLMB_OS_HANDLE_H
#define LLMB_OS_HANDLE_H

typedef int os_handle;
#define OS_HANDLE_NONE (-1)

/* Closes (never retried) and returns OS_HANDLE_NONE, for `h = os_handle_close(h)`. OS_HANDLE_NONE is fine. */
os_handle os_handle_close(os_handle handle);

/* Moves a close-on-exec descriptor to 3 or above when it is 0, 1 or 2; consumes `handle`; OS_HANDLE_NONE on failure. */
os_handle os_handle_raise(os_handle handle);

/* Keeps it from programs that this process starts from here on. */
void os_handle_close_on_exec(os_handle handle);

#endif
