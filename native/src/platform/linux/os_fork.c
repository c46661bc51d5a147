#include <stdint.h>
#include <sys/mman.h>
#include <unistd.h>

#include "platform/os_fork.h"

volatile unsigned *os_fork_page_create(void) {
  size_t size = (size_t)sysconf(_SC_PAGESIZE);
  void *page = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (page == MAP_FAILED) return NULL;
  if (madvise(page, size, MADV_WIPEONFORK) != 0) {
    munmap(page, size);
    return NULL;
  }
  return page;
}

void os_fork_page_free(volatile unsigned *page) {
  (void)munmap((void *)(uintptr_t)page, (size_t)sysconf(_SC_PAGESIZE));
}
