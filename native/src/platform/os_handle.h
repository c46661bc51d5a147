/* A descriptor of the operating system, and what stood behind it when this library got it.
 *
 * A host may close what is not its own: a daemon closes everything above 2. Its next file gets one of those numbers.
 * So a handle has its number in the low half, and in the high half a digest of the file's identity. Whatever would
 * change or end the file looks first whether it is still the same one. */
#ifndef LLMB_OS_HANDLE_H
#define LLMB_OS_HANDLE_H

#include <stdbool.h>
#include <stdint.h>

/* A plain number is a handle too, of which nobody has taken the identity: it is what the caller says it is. */
typedef int64_t os_handle;
#define OS_HANDLE_NONE ((os_handle)-1)

/* The number, for a system call; -1 for OS_HANDLE_NONE. */
static inline int os_handle_number(os_handle handle) {
  return (int)(handle & 0xffffffff);
}

/* Takes the identity of a descriptor that was just made or received; OS_HANDLE_NONE for a negative number. */
os_handle os_handle_known(int number);

/* Whether the number still means the same file. */
bool os_handle_same(os_handle handle);

/* How often it did not: what was looked at before the last time may be lost too. */
uint32_t os_handle_losses(void);

/* Closes (never retried) and returns OS_HANDLE_NONE, for `h = os_handle_close(h)`. OS_HANDLE_NONE is fine. What has
 * become another file is the host's and stays open. */
os_handle os_handle_close(os_handle handle);

/* Moves a close-on-exec descriptor to 3 or above when it is 0, 1 or 2, and takes its identity; consumes `handle`;
 * OS_HANDLE_NONE on failure. */
os_handle os_handle_raise(os_handle handle);

/* Keeps it from programs that this process starts from here on. */
void os_handle_close_on_exec(os_handle handle);

#endif
