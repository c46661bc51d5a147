/* Message sockets that have a name in a folder of their user's own: how programs of one user on one machine meet. What
 * is connected is an os_socket. */
#ifndef LLMB_OS_LOCAL_H
#define LLMB_OS_LOCAL_H

#include <stdbool.h>

#include <llmbridge/status.h>

#include "platform/os_handle.h"

enum { OS_LOCAL_PATH_SIZE = 108 }; /* the longest name that can be connected to, its NUL included */

/* The folder of this process's effective user for such sockets, which need not exist: below $XDG_RUNTIME_DIR if that is
 * the user's own, else below /run/user/, else below /tmp. `room` is what its user wants to add to it. */
void os_local_folder(char buffer[OS_LOCAL_PATH_SIZE], unsigned room);

/* Connects without waiting. LLMB_E_NOT_FOUND where nobody listens, LLMB_E_NOT_READY where too many wait to be taken,
 * LLMB_E_UNSUPPORTED where the folder is not the user's alone; else what is missing here. */
llmb_status os_local_connect(const char *folder, const char *name, os_handle *out, int *os_code);

/* Who is at the other side; its handle is the caller's to close, and OS_HANDLE_NONE if it has ended. */
struct os_local_peer {
  bool is_own; /* of this process's effective user */
  int64_t number;
  os_handle process;
};
bool os_local_peer(os_handle socket, struct os_local_peer *out);

#endif
