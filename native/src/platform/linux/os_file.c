#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "platform/os_file.h"

static llmb_status status_of(int os_code) {
  switch (os_code) {
    case ENOENT:
    case ENOTDIR:
      return LLMB_E_NOT_FOUND;
    case ENOMEM:
    case EMFILE:
    case ENFILE:
      return LLMB_E_OUT_OF_MEMORY;
    default:
      return LLMB_E_INVALID_ARGUMENT;
  }
}

/* Whether it is a file that can be read at any place. */
static llmb_status check_kind(const struct stat *info, int *os_code) {
  *os_code = S_ISDIR(info->st_mode) ? EISDIR : 0;
  return S_ISREG(info->st_mode) ? LLMB_OK : LLMB_E_INVALID_ARGUMENT;
}

llmb_status os_file_open(const char *path, os_handle *out_handle, uint64_t *out_size, int *os_code) {
  struct stat info;
  *out_handle = OS_HANDLE_NONE;
  *out_size = 0;
  /* Looked at before it is opened, because opening a device or a FIFO can do things; and again after, because
   * another file may have taken the name. */
  if (stat(path, &info) != 0) {
    *os_code = errno;
    return status_of(*os_code);
  }
  llmb_status status = check_kind(&info, os_code);
  if (status != LLMB_OK) return status;

  os_handle handle = os_handle_raise(open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
  if (handle == OS_HANDLE_NONE || fstat(os_handle_number(handle), &info) != 0) {
    *os_code = errno;
    status = status_of(*os_code);
  } else {
    status = check_kind(&info, os_code);
  }
  if (status != LLMB_OK) {
    os_handle_close(handle);
    return status;
  }
  *out_handle = handle;
  *out_size = (uint64_t)info.st_size;
  return LLMB_OK;
}

llmb_status os_file_read(os_handle handle, uint64_t offset, void *buffer, uint64_t size, uint64_t *out_size,
                         int *os_code) {
  *out_size = 0;
  while (*out_size < size) {
    ssize_t got =
        pread(os_handle_number(handle), (char *)buffer + *out_size, size - *out_size, (off_t)(offset + *out_size));
    if (got == 0) break;
    if (got > 0) {
      *out_size += (uint64_t)got;
    } else if (errno != EINTR) {
      *os_code = errno;
      return LLMB_E_INTERNAL;
    }
  }
  return LLMB_OK;
}
