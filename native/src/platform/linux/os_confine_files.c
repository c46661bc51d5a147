#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "platform/os_confine.h"
#include "platform/linux/confine_first.h"

/* Landlock's interface, by number: the headers of the oldest system we build on know only its beginning. */
enum { SYS_CREATE_RULESET = 444, SYS_ADD_RULE = 445, SYS_RESTRICT_SELF = 446 };
enum { CREATE_RULESET_VERSION = 1, RULE_PATH_BENEATH = 1 };
#define ACCESS_READ_FILE (UINT64_C(1) << 2)
#define ACCESS_READ_DIR (UINT64_C(1) << 3)

struct ruleset_attributes {
  uint64_t handled_access_fs;
  uint64_t handled_access_net; /* from version 4 */
  uint64_t scoped;             /* from version 6 */
};

struct path_beneath {
  uint64_t allowed_access;
  int32_t parent_fd;
} __attribute__((packed));

/* Everything that a version of the kernel can forbid. */
static struct ruleset_attributes all_of(long version) {
  struct ruleset_attributes attributes = {.handled_access_fs = 0x1fff};
  if (version >= 2) attributes.handled_access_fs |= UINT64_C(1) << 13; /* refer */
  if (version >= 3) attributes.handled_access_fs |= UINT64_C(1) << 14; /* truncate */
  if (version >= 5) attributes.handled_access_fs |= UINT64_C(1) << 15; /* ioctl on devices */
  if (version >= 4) attributes.handled_access_net = 3;                 /* bind and connect TCP */
  if (version >= 6) attributes.scoped = 3;                             /* abstract sockets, signals */
  return attributes;
}

static void allow_reading(int ruleset, const char *path) {
  struct stat info;
  const int handle = open(path, O_PATH | O_CLOEXEC);
  if (handle < 0) return;
  if (fstat(handle, &info) == 0) {
    const struct path_beneath rule = {
        .allowed_access = S_ISDIR(info.st_mode) ? ACCESS_READ_FILE | ACCESS_READ_DIR : ACCESS_READ_FILE,
        .parent_fd = handle,
    };
    (void)syscall(SYS_ADD_RULE, ruleset, RULE_PATH_BENEATH, &rule, 0);
  }
  close(handle);
}

/* What landlock there is, once it is engaged; 0 if it is not. */
static long restrict_files(const char *const *readable_paths) {
  const long version = syscall(SYS_CREATE_RULESET, NULL, 0, CREATE_RULESET_VERSION);
  if (version < 1) return 0;
  const struct ruleset_attributes attributes = all_of(version);
  const size_t size = version >= 6   ? sizeof attributes
                      : version >= 4 ? offsetof(struct ruleset_attributes, scoped)
                                     : offsetof(struct ruleset_attributes, handled_access_net);
  const int ruleset = (int)syscall(SYS_CREATE_RULESET, &attributes, size, 0);
  if (ruleset < 0) return 0;
  for (int i = 0; readable_paths[i] != NULL; i++) allow_reading(ruleset, readable_paths[i]);
  const bool done = syscall(SYS_RESTRICT_SELF, ruleset, 0) == 0;
  close(ruleset);
  return done ? version : 0;
}

static bool limit(int resource, rlim_t value) {
  struct rlimit current;
  if (getrlimit(resource, &current) != 0) return false;
  if (current.rlim_max != RLIM_INFINITY && current.rlim_max < value) value = current.rlim_max;
  return setrlimit(resource, &(struct rlimit){value, value}) == 0;
}

/* Not RLIMIT_AS, which would also count the mapped model. */
bool os_confine_memory(uint64_t bytes) {
  return bytes == 0 || limit(RLIMIT_DATA, bytes);
}

bool os_confine_files_complete(long landlock_version, bool is_filtered, enum os_confine_kind kind) {
  enum { WITH_RIGHTS_TO_READ = 1, WITH_SIGNALS_AND_SOCKETS = 6 };
  /* The filter of our own engines leaves them no socket, no signal and no way to change a file. */
  if (is_filtered && kind != OS_CONFINE_ANY_RUNTIME) return landlock_version >= WITH_RIGHTS_TO_READ;
  return landlock_version >= WITH_SIGNALS_AND_SOCKETS && is_filtered;
}

uint32_t os_confine_files(const char *const *readable_paths, uint64_t memory_bytes, enum os_confine_kind kind,
                          bool any_own_signal) {
  enum { HANDLES_MAX = 256 };
  uint32_t layers = 0;
  bool limits = limit(RLIMIT_CORE, 0) & limit(RLIMIT_FSIZE, 0) & limit(RLIMIT_NOFILE, HANDLES_MAX);
  limits &= os_confine_memory(memory_bytes);
  if (limits) layers |= OS_CONFINE_LIMITS;
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return layers;
  const bool is_own = kind != OS_CONFINE_ANY_RUNTIME; /* another runtime's program may need what its user gave it */
  if (!is_own || os_confine_capabilities(true)) layers |= OS_CONFINE_PRIVILEGES;
  const long landlock = restrict_files(readable_paths);
  const bool is_filtered = confine_first_filter(kind, any_own_signal);
  if (os_confine_files_complete(landlock, is_filtered, kind)) layers |= OS_CONFINE_FILES;
  return layers;
}
