#include <linux/capability.h>
#include <stdint.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "platform/os_confine.h"

enum { WORDS = 2 };

bool os_confine_capabilities(bool keep_reading) {
  struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
  struct __user_cap_data_struct sets[WORDS] = {{0}, {0}};
  if (syscall(SYS_capget, &header, sets) != 0) return false;
  const uint32_t kept = keep_reading ? 1u << CAP_DAC_READ_SEARCH | 1u << CAP_DAC_OVERRIDE : 0;
  for (int i = 0; i < WORDS; i++) {
    const uint32_t mask = i == 0 ? kept : 0;
    sets[i].permitted &= mask;
    sets[i].effective &= mask;
    sets[i].inheritable = 0;
  }
  return syscall(SYS_capset, &header, sets) == 0;
}
