/* Who serves a key, found by the lock on KEY.live and not by what a file says. */
#ifndef LLMB_SHARE_HOLDER_H
#define LLMB_SHARE_HOLDER_H

#include <stdbool.h>
#include <sys/types.h>

#include "keeper/share_protocol.h"
#include "platform/os_handle.h"

struct share_holder {
  bool is_locked;    /* somebody holds the lock */
  pid_t pid;         /* who: 0 if that cannot be seen from here */
  os_handle process; /* its handle; OS_HANDLE_NONE with pid 0 */
  bool answers;      /* it has said how it fares: */
  char state[SHARE_STATE_SIZE_MAX + 1];
};

/* Looks at a key of the open folder, whose path is `path`. `card_pid` is who it may be, by its card. */
void share_holder_find(int folder, const char *path, const char *key, pid_t card_pid, struct share_holder *out);

void share_holder_close(struct share_holder *holder);

/* Removes socket and card of a server that is gone, under its lock; nothing if somebody has that again. */
void share_holder_clean(int folder, const char *key);

#endif
