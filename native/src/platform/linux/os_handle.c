#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "platform/os_handle.h"

os_handle os_handle_close(os_handle handle) {
  /* Linux frees the number even when close fails: trying again could close somebody else's descriptor. */
  if (handle >= 0) close(handle);
  return OS_HANDLE_NONE;
}

os_handle os_handle_raise(os_handle handle) {
  /* A host with a closed stdin would otherwise find our descriptors where it expects the standard streams. */
  if (handle < 0 || handle > STDERR_FILENO) return handle;
  int raised = fcntl(handle, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
  int os_code = errno;
  close(handle);
  errno = os_code;
  return raised >= 0 ? raised : OS_HANDLE_NONE;
}

void os_handle_close_on_exec(os_handle handle) {
  (void)fcntl(handle, F_SETFD, FD_CLOEXEC);
}
