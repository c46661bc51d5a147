/* Processes by handle, never by number. */
#ifndef LLMB_OS_PROCESS_H
#define LLMB_OS_PROCESS_H

#include <stdbool.h>
#include <stdint.h>

#include <llmbridge/status.h>

#include "platform/os_handle.h"

/* A handle of the calling process, to give to others; readable in a poll once the process has ended. */
llmb_status os_process_self(os_handle *out, int *os_code);

/* Ends the process at once, also a stopped one. Safe when it is gone already. */
void os_process_kill(os_handle process);

/* Whether it has ended (a zombie has). */
bool os_process_ended(os_handle process);

/* Memory that is the process's own: neither a file's nor shared. False if that cannot be told, or the process has
 * ended: what was read by its number was then perhaps another's. */
bool os_process_private_bytes(os_handle process, int64_t number, uint64_t *out_bytes);

/* Reaps it if it has ended and is this process's child after all: the init of a container inherits orphans. */
void os_process_reap(os_handle process);

struct os_process_start {
  const char *path;
  char *const *argv, *const *envp;
  os_handle input, output, log; /* above 2; become 0, 1 and 2 */
  uint64_t processes_max;       /* of its user, itself included, so that it may start one more; 0: as here */
};

/* Starts a program as a child in a session of its own, with empty signal mask, default dispositions and no descriptor
 * but these three; it is killed when the caller's thread ends. Returns when it runs. From one thread only; and the
 * caller's own dispositions must be what they were at its first call. The child's number is its own until the caller
 * reaps it. LLMB_E_NOT_FOUND, LLMB_E_OUT_OF_MEMORY or LLMB_E_SPAWN_FAILED with *os_code. */
llmb_status os_process_spawn(const struct os_process_start *start, int64_t *out_number, int *os_code);

/* Starts a program that is nobody's child: the caller neither waits for it nor gets SIGCHLD for it, and a host that
 * waits for all its children does not see it. The program gets its own session, empty signal mask, default
 * dispositions, /dev/null on 0-2, `handles` as 3, 4, ... and no other descriptor. *out_process is a handle of it, by
 * which a host that is init, and so its parent after all, can reap it. LLMB_E_NOT_FOUND or LLMB_E_SPAWN_FAILED with
 * *os_code and *out_step (a static text such as "exec"). */
llmb_status os_process_spawn_detached(const char *path, char *const argv[], char *const envp[],
                                      const os_handle *handles, unsigned handle_count, os_handle *out_process,
                                      int *os_code, const char **out_step);

#endif
