#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <unistd.h>

#include "platform/os_process.h"

enum { STATM_SIZE_MAX = 256 };

static bool read_statm(int64_t number, char text[STATM_SIZE_MAX]) {
  char path[48];
  snprintf(path, sizeof path, "/proc/%" PRId64 "/statm", number);
  const int file = open(path, O_RDONLY | O_CLOEXEC);
  if (file < 0) return false;
  const ssize_t size = read(file, text, STATM_SIZE_MAX - 1);
  close(file);
  if (size <= 0) return false;
  text[size] = 0;
  return true;
}

bool os_process_private_bytes(os_handle process, int64_t number, uint64_t *out_bytes) {
  char text[STATM_SIZE_MAX];
  uint64_t resident = 0, shared = 0; /* pages; those that are not shared are anonymous */
  if (!read_statm(number, text) || os_process_ended(process)) return false;
  if (sscanf(text, "%*u %" SCNu64 " %" SCNu64, &resident, &shared) != 2 || shared > resident) return false;
  *out_bytes = (resident - shared) * (uint64_t)sysconf(_SC_PAGESIZE);
  return true;
}
