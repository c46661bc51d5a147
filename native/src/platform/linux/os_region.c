#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "platform/os_refusal.h"
#include "platform/os_region.h"

enum { REGION_SEALS = F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL };

static llmb_status map_shared(os_handle handle, uint64_t size, void **out_address, int *os_code) {
  void *address = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, os_handle_number(handle), 0);
  if (address == MAP_FAILED) {
    *os_code = errno;
    return os_refusal_status(errno);
  }
  /* Prompts and answers pass through here: they have no business in a core dump. */
  (void)madvise(address, size, MADV_DONTDUMP);
  *out_address = address;
  return LLMB_OK;
}

/* Beyond the limit the kernel does not only refuse, it sends SIGXFSZ, which ends a host that does not expect it. */
static bool size_allowed(uint64_t size) {
  struct rlimit limit;
  return getrlimit(RLIMIT_FSIZE, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY || size <= limit.rlim_cur;
}

llmb_status os_region_create(uint64_t size, os_handle *out_handle, void **out_address, int *os_code) {
  *out_address = NULL;
  *out_handle = OS_HANDLE_NONE;
  if (!size_allowed(size)) {
    *os_code = EFBIG;
    return os_refusal_status(EFBIG);
  }
  llmb_status status = LLMB_OK;
  os_handle handle = os_handle_raise(memfd_create("llmbridge", MFD_CLOEXEC | MFD_ALLOW_SEALING));
  if (handle == OS_HANDLE_NONE || ftruncate(os_handle_number(handle), (off_t)size) != 0 ||
      fcntl(os_handle_number(handle), F_ADD_SEALS, REGION_SEALS) != 0) {
    *os_code = errno;
    status = os_refusal_status(errno);
    goto finish;
  }
  status = map_shared(handle, size, out_address, os_code);

finish:
  if (status != LLMB_OK) handle = os_handle_close(handle);
  *out_handle = handle;
  return status;
}

llmb_status os_region_map(os_handle handle, uint64_t size, void **out_address, int *os_code) {
  *out_address = NULL;
  struct stat info;
  const int seals = fcntl(os_handle_number(handle), F_GET_SEALS);
  if (seals < 0 || fstat(os_handle_number(handle), &info) != 0) {
    *os_code = errno;
    return LLMB_E_PROTOCOL_ERROR;
  }
  /* A region that could shrink would turn a read into SIGBUS. */
  if ((seals & F_SEAL_SHRINK) == 0 || (uint64_t)info.st_size != size) return LLMB_E_PROTOCOL_ERROR;
  return map_shared(handle, size, out_address, os_code);
}

void os_region_unmap(void *address, uint64_t size) {
  if (address != NULL) (void)munmap(address, size);
}
