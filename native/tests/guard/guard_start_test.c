/* A start costs the same in a host of any size: the same system calls, and no page of the host's is copied for it. */
#include <sys/mman.h>
#include <sys/resource.h>

#include "tests/bridge/bridge_harness.h"
#include "tests/guard/guard_main.h"
#include "tests/guard/guard_numbers.h"
#include "tests/guard/guard_system_calls.h"

#define MAPPED_SIZE ((size_t)1 << 30)
#define TOUCHED_SIZE ((size_t)256 << 20)

enum { PAGE_SIZE = 4096, FEW_FAULTS = 100 };

struct host {
  bool is_large;
};

/* A gigabyte of address space, a quarter of it in memory, in small pages: each of them a fork would share. */
static unsigned char *memory_map(void) {
  unsigned char *memory =
      mmap(NULL, MAPPED_SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (memory == MAP_FAILED) return NULL;
  madvise(memory, MAPPED_SIZE, MADV_NOHUGEPAGE);
  return memory;
}

static long memory_touch(volatile unsigned char *memory) {
  struct rusage before, after;
  getrusage(RUSAGE_SELF, &before);
  for (size_t at = 0; at < TOUCHED_SIZE; at += PAGE_SIZE) memory[at]++;
  getrusage(RUSAGE_SELF, &after);
  return after.ru_minflt - before.ru_minflt;
}

static llmb_bridge *bridge_started(void) {
  llmb_settings *settings = settings_of("engine", "fake", "home", HARNESS_HOME, NULL);
  llmb_bridge *bridge = NULL;
  if (llmb_bridge_open(settings, &bridge, NULL) != LLMB_OK) _exit(2);
  llmb_settings_close(settings);
  if (llmb_bridge_start(bridge, LLMB_NEVER, NULL) != LLMB_OK) _exit(3);
  return bridge;
}

static void start_in_host(const void *argument) {
  const struct host *host = argument;
  unsigned char *memory = host->is_large ? memory_map() : NULL;
  if (host->is_large && memory == NULL) _exit(4);
  if (memory != NULL) memory_touch(memory);
  guard_child_ready(0);
  llmb_bridge *bridge = bridge_started();
  guard_child_mark();
  llmb_bridge_close(bridge);
}

/* How often it waits depends on how long the engine takes; before each use of a descriptor after a wait stands a look
 * whether it is still the same file, and a thread that sleeps for the first time makes what it is woken by. */
static bool is_of_waiting(const char *name) {
  static const char *const waiting[] = {"ppoll", "poll",  "recvmsg",    "read",   "futex",     "clock_gettime",
                                        "write", "close", "newfstatat", "openat", "socketpair"};
  for (size_t i = 0; i < sizeof waiting / sizeof waiting[0]; i++) {
    if (strcmp(name, waiting[i]) == 0) return true;
  }
  return false;
}

static void measure_start(bool is_large, struct guard_rows *rows) {
  const struct host host = {is_large};
  struct guard_counts counts;
  char name[GUARD_SYSTEM_CALL_NAME_SIZE];
  rows->count = 0;
  CHECK(guard_count_system_calls(start_in_host, &host, &counts));
  for (unsigned number = 0; number < GUARD_SYSTEM_CALLS_MAX; number++) {
    guard_system_call_name(number, name);
    if (counts.system_calls[number] == 0 || is_of_waiting(name)) continue;
    guard_rows_add(rows, counts.system_calls[number], 0, "start.host.%s", name);
  }
}

static void a_start__makes_the_same_system_calls_in_a_host_of_a_gigabyte(void) {
  static struct guard_rows small, large;
  measure_start(false, &small);
  measure_start(true, &large);
  CHECK_INT(0, guard_rows_check(&small, "start"));
  CHECK_INT(small.count, large.count);
  for (size_t i = 0; i < small.count && i < large.count; i++) {
    CHECK_TEXT(small.rows[i].name, large.rows[i].name);
    CHECK_INT(small.rows[i].value, large.rows[i].value);
  }
}

static void a_start__copies_none_of_the_hosts_pages(void) {
  unsigned char *memory = memory_map();
  CHECK(memory != NULL);
  if (memory == NULL) return;
  CHECK(memory_touch(memory) >= (long)(TOUCHED_SIZE / PAGE_SIZE));
  llmb_bridge *bridge = bridge_of("echo", NULL);
  bridge_start(bridge);
  CHECK(memory_touch(memory) < FEW_FAULTS); /* after a fork it would be one for each page */
  bridge_end(bridge);
  munmap(memory, MAPPED_SIZE);
}

GUARD_MAIN(TEST(a_start__copies_none_of_the_hosts_pages),
           TEST(a_start__makes_the_same_system_calls_in_a_host_of_a_gigabyte))
