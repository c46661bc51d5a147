/* No call tells how many processes a user has, and /proc does not show those of other containers with the same user: so
 * the limit itself is asked, by trying with lower ones. A try that is refused costs next to nothing, one that is not
 * the shortest process there can be. */
#include "engine/tool/tool_process_count.h"

#include <errno.h>
#include <stdbool.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "platform/os_clock.h"
#include "engine/tool/tool_limits.h"

enum { COUNT_MAX = 1 << 22 };

/* Whether one more may be had under this limit. */
static bool may_start(uint64_t limit) {
  struct rlimit tried;
  if (getrlimit(RLIMIT_NPROC, &tried) != 0) return true;
  tried.rlim_cur = limit;
  if (setrlimit(RLIMIT_NPROC, &tried) != 0) return true;
  const pid_t pid = vfork();
  if (pid == 0) _exit(0);
  if (pid > 0) waitpid(pid, NULL, 0);
  return pid > 0;
}

/* How many there are, one that is tried included; 0 if that cannot be told. */
static uint64_t count(uint64_t hard_limit) {
  uint64_t low = 0, high = 16; /* refused, not refused */
  if (may_start(0)) return 0;  /* as root */
  while (high < COUNT_MAX && high < hard_limit && !may_start(high)) {
    low = high;
    high *= 2;
  }
  if (high >= COUNT_MAX || high >= hard_limit) return 0;
  while (high - low > 1) {
    const uint64_t middle = low + (high - low) / 2;
    if (may_start(middle)) {
      high = middle;
    } else {
      low = middle;
    }
  }
  return high;
}

uint64_t process_count_limit(uint32_t more) {
  static uint64_t known, known_ns;
  const uint64_t now_ns = os_clock_ns();
  struct rlimit own;
  if (more == 0) return 0;
  if (known_ns == 0 || now_ns - known_ns > TOOL_COUNT_AGE_NS) {
    if (getrlimit(RLIMIT_NPROC, &own) != 0) return 0;
    known = count(own.rlim_max);
    known_ns = now_ns;
    setrlimit(RLIMIT_NPROC, &own);
  }
  return known > 0 ? known + more : 0;
}
