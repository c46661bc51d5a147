#include "keeper/keeper_environment.h"

#include <stdbool.h>
#include <string.h>

#include "core/fault_point.h"
#include "core/memory.h"
#include "keeper/keeper_limits.h"
#include "platform/os_path.h"

static const char PATH_FIXED[] = "PATH=/usr/local/bin:/usr/bin:/bin";

/* One that ends in '=' is a whole name; another is what a name begins with. */
static const char *const ALLOWED[] = {
    "HOME=",
    "LANG=",
    "LANGUAGE=",
    "LC_",
    "TMPDIR=",
    "TZ=",
#if defined(LLMB_SANITIZED)
    "ASAN_OPTIONS=",
    "LSAN_OPTIONS=",
    "TSAN_OPTIONS=",
    "UBSAN_OPTIONS=",
#endif
#if defined(LLMB_FAULT_POINTS)
    FAULT_PAGE_VARIABLE "=",
#endif
};

static bool is_allowed(const char *variable) {
  for (unsigned i = 0; i < sizeof ALLOWED / sizeof ALLOWED[0]; i++) {
    if (strncmp(variable, ALLOWED[i], strlen(ALLOWED[i])) == 0) return true;
  }
  return false;
}

llmb_status keeper_environment_create(char ***out) {
  char *const *all = os_environment_all();
  uint64_t count = 1, size = sizeof PATH_FIXED;
  for (unsigned i = 0; all[i] != NULL && count < KEEPER_ENVIRONMENT_MAX; i++) {
    if (!is_allowed(all[i])) continue;
    count++;
    size += strlen(all[i]) + 1;
  }
  void *block;
  *out = NULL;
  llmb_status status = memory_allocate((count + 1) * sizeof(char *) + size, &block);
  if (status != LLMB_OK) return status;

  /* Copied, as far as there is room: another thread of the host may change its environment at any time. */
  char **entries = block;
  char *at = (char *)(entries + count + 1);
  const char *end = at + size;
  uint64_t taken = 0;
  entries[taken++] = at;
  at = (char *)memcpy(at, PATH_FIXED, sizeof PATH_FIXED) + sizeof PATH_FIXED;
  for (unsigned i = 0; all[i] != NULL && taken < count; i++) {
    if (!is_allowed(all[i])) continue;
    size_t length = strlen(all[i]) + 1;
    if (length > (size_t)(end - at)) break;
    memcpy(at, all[i], length);
    entries[taken++] = at;
    at += length;
  }
  *out = entries;
  return LLMB_OK;
}
