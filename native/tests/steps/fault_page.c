/* What fault points do in the programs that tests compile with them. */
#include "tests/steps/fault_page.h"

#include <fcntl.h>
#include <limits.h>
#include <linux/futex.h>
#include <pthread.h>
#include <signal.h>
#include <stddef.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "core/fault_point.h"

static struct fault_page *page;
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void map_page(void) {
  const char *path = getenv(FAULT_PAGE_VARIABLE);
  const int file = path != NULL ? open(path, O_RDWR | O_CLOEXEC) : -1;
  if (file < 0) return;
  void *address = mmap(NULL, sizeof *page, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
  close(file);
  if (address != MAP_FAILED) page = address;
}

void fault_point_pass(enum fault_point point) {
  pthread_once(&once, map_page);
  if (page == NULL || atomic_load(&page->point) != (uint32_t)point) return;
  if (atomic_fetch_sub(&page->passes_left, 1) != 1) return;
  atomic_store(&page->point, FAULT_NONE);
  const int signal_number = (int)atomic_load(&page->signal_number);
  atomic_store(&page->pid, (uint32_t)getpid());
  syscall(SYS_futex, &page->pid, FUTEX_WAKE, INT_MAX, NULL, NULL, 0);
  kill(getpid(), signal_number);
}

void fault_point_execution(uint64_t call) {
  pthread_once(&once, map_page);
  if (page == NULL) return;
  const uint32_t index = atomic_fetch_add(&page->execution_count, 1);
  if (index < FAULT_EXECUTIONS_MAX) atomic_store(&page->executions[index], call);
}
