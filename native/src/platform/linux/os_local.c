#include "platform/os_local.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <unistd.h>

#include "platform/os_path.h"
#include "platform/os_refusal.h"

_Static_assert((int)OS_LOCAL_PATH_SIZE <= (int)sizeof((struct sockaddr_un *)NULL)->sun_path, "every path fits");

static bool is_own_folder(const char *path) {
  struct stat info;
  return path != NULL && path[0] == '/' && lstat(path, &info) == 0 && S_ISDIR(info.st_mode) &&
         info.st_uid == geteuid() && (info.st_mode & 077) == 0;
}

static bool fits(char buffer[OS_LOCAL_PATH_SIZE], const char *parent, unsigned room) {
  const int size = snprintf(buffer, OS_LOCAL_PATH_SIZE, "%s/llmbridge-%lu", parent, (unsigned long)geteuid());
  return size > 0 && (unsigned)size + room < OS_LOCAL_PATH_SIZE;
}

void os_local_folder(char buffer[OS_LOCAL_PATH_SIZE], unsigned room) {
  char run[64];
  const char *given = os_environment_get("XDG_RUNTIME_DIR");
  if (is_own_folder(given) && fits(buffer, given, room)) return;
  snprintf(run, sizeof run, "/run/user/%lu", (unsigned long)geteuid());
  if (is_own_folder(run) && fits(buffer, run, room)) return;
  (void)fits(buffer, "/tmp", room);
}

static llmb_status connect_status(int os_code) {
  switch (os_code) {
    case ENOENT:
    case ECONNREFUSED:
      return LLMB_E_NOT_FOUND;
    case EAGAIN:
    case EINTR:
      return LLMB_E_NOT_READY;
    default:
      return os_refusal_status(os_code);
  }
}

llmb_status os_local_connect(const char *folder, const char *name, os_handle *out, int *os_code) {
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  struct stat info;
  *out = OS_HANDLE_NONE;
  const int size = snprintf(address.sun_path, sizeof address.sun_path, "%s/%s", folder, name);
  if (size <= 0 || (size_t)size >= sizeof address.sun_path) {
    *os_code = ENAMETOOLONG;
    return LLMB_E_INVALID_ARGUMENT;
  }
  if (lstat(folder, &info) != 0) {
    *os_code = errno;
    return connect_status(errno);
  }
  if (!is_own_folder(folder)) {
    *os_code = EPERM;
    return LLMB_E_UNSUPPORTED;
  }
  os_handle socket_handle = os_handle_raise(socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (socket_handle == OS_HANDLE_NONE) {
    *os_code = errno;
    return os_refusal_status(errno);
  }
  if (connect(os_handle_number(socket_handle), (const struct sockaddr *)&address, sizeof address) != 0) {
    *os_code = errno;
    os_handle_close(socket_handle);
    return connect_status(*os_code);
  }
  *out = socket_handle;
  return LLMB_OK;
}

bool os_local_peer(os_handle socket_handle, struct os_local_peer *out) {
  struct ucred peer;
  socklen_t size = sizeof peer;
  *out = (struct os_local_peer){.process = OS_HANDLE_NONE};
  if (getsockopt(os_handle_number(socket_handle), SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0) return false;
  out->is_own = peer.uid == geteuid();
  out->number = peer.pid;
  if (peer.pid > 0) out->process = os_handle_raise((int)syscall(SYS_pidfd_open, peer.pid, 0u));
  return true;
}
