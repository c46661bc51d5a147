#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "platform/os_handle.h"

enum { DIGEST_BITS = 31, FDINFO_SIZE = 1024, FDINFO_VALUE_BITS = 23 };

static _Atomic uint32_t losses;

static uint64_t mixed(uint64_t value) {
  value ^= value >> 33;
  value *= UINT64_C(0xff51afd7ed558ccd);
  value ^= value >> 33;
  value *= UINT64_C(0xc4ceb9fe1a85ec53);
  return value ^ value >> 33;
}

/* Never 0, which says that nobody looked. */
static uint32_t digest_of(uint64_t value) {
  const uint32_t digest = (uint32_t)(mixed(value) >> (64 - DIGEST_BITS));
  return digest != 0 ? digest : 1;
}

/* All eventfds, epolls and (before Linux 6.9) pidfds share one inode: what tells them apart is in their fdinfo. The
 * kind is in the high bits. A pidfd's process is in the low ones, and is gone from there once it was reaped. */
static uint32_t digest_of_anonymous(int number) {
  static const char *const names[] = {"\nPid:", "\neventfd-id:", "\ntfd:"};
  char path[64], text[FDINFO_SIZE];
  snprintf(path, sizeof path, "/proc/self/fdinfo/%d", number);
  const int file = open(path, O_RDONLY | O_CLOEXEC);
  if (file < 0) return 1;
  ssize_t size = read(file, text, sizeof text - 1);
  close(file);
  text[size > 0 ? size : 0] = 0;
  for (unsigned i = 0; i < sizeof names / sizeof *names; i++) {
    const char *at = strstr(text, names[i]);
    if (at == NULL) continue;
    const long value = strtol(at + strlen(names[i]), NULL, 10);
    return (i + 2) << FDINFO_VALUE_BITS | (value > 0 ? (uint32_t)value & ((1u << FDINFO_VALUE_BITS) - 1) : 0);
  }
  return 1u << FDINFO_VALUE_BITS;
}

/* 0 if there is nothing behind the number. */
static uint32_t identity_of(int number) {
  struct stat info;
  if (fstat(number, &info) != 0) return 0;
  if ((info.st_mode & S_IFMT) == 0) return digest_of_anonymous(number);
  return digest_of(mixed(info.st_dev) ^ mixed(info.st_ino) << 1 ^ (info.st_mode & S_IFMT));
}

os_handle os_handle_known(int number) {
  if (number < 0) return OS_HANDLE_NONE;
  return (os_handle)((uint64_t)identity_of(number) << 32 | (uint32_t)number);
}

bool os_handle_same(os_handle handle) {
  if (handle < 0) return false;
  const uint32_t then = (uint32_t)(handle >> 32);
  if (then == 0) return true;
  const int os_code = errno;
  const uint32_t now = identity_of(os_handle_number(handle));
  errno = os_code;
  /* An ended process has no number in its pidfd's fdinfo. */
  const bool ended = now >> FDINFO_VALUE_BITS == 2 && (now & ((1u << FDINFO_VALUE_BITS) - 1)) == 0;
  if (now == then || (ended && then >> FDINFO_VALUE_BITS == 2)) return true;
  atomic_fetch_add_explicit(&losses, 1, memory_order_relaxed);
  return false;
}

uint32_t os_handle_losses(void) {
  return atomic_load_explicit(&losses, memory_order_relaxed);
}

os_handle os_handle_close(os_handle handle) {
  /* Linux frees the number even when close fails: trying again could close somebody else's descriptor. */
  if (handle >= 0 && os_handle_same(handle)) close(os_handle_number(handle));
  return OS_HANDLE_NONE;
}

os_handle os_handle_raise(os_handle handle) {
  const int number = os_handle_number(handle);
  if (handle < 0 || number > STDERR_FILENO) return os_handle_known(number);
  /* A host with a closed stdin would otherwise find our descriptors where it expects the standard streams. */
  const int raised = fcntl(number, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
  const int os_code = errno;
  close(number);
  errno = os_code;
  return os_handle_known(raised);
}

void os_handle_close_on_exec(os_handle handle) {
  (void)fcntl(os_handle_number(handle), F_SETFD, FD_CLOEXEC);
}
