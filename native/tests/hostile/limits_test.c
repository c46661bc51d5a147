/* Hosts short of something: descriptors, file size, stack, processes, memory. What cannot be had is a clean error, and
 * when it can be had again the next call works. */
#include <fcntl.h>

#include "tests/hostile/workout.h"

static void limit_set(__rlimit_resource_t resource, rlim_t value) {
  struct rlimit limit;
  CHECK_INT(0, getrlimit(resource, &limit));
  limit.rlim_cur = value;
  CHECK_INT(0, setrlimit(resource, &limit));
}

/* A bridge without the harness's looks at the process, which need descriptors themselves. */
static llmb_bridge *bare_bridge(const char *script, llmb_status *status) {
  llmb_bridge *bridge = NULL;
  llmb_settings *settings = settings_of("engine", "fake", "command", script, "home", HARNESS_HOME, NULL);
  *status = llmb_bridge_open(settings, &bridge, NULL);
  llmb_settings_close(settings);
  CHECK_INT(*status == LLMB_OK, bridge != NULL);
  return bridge;
}

HOSTILE_TEST(host__with_the_standard_descriptors_closed_is_served) {
  /* What is checked has to be told all the same. */
  const int told = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 500);
  CHECK(told >= 500);
  for (int fd = 0; fd < 3; fd++) close(fd);
  workout();
  for (int fd = 0; fd < 3; fd++) CHECK_INT(-1, fcntl(fd, F_GETFD));
  CHECK_INT(STDIN_FILENO, open("/dev/null", O_RDWR | O_CLOEXEC));
  CHECK_INT(STDOUT_FILENO, dup(told));
  CHECK_INT(STDERR_FILENO, dup(told));
}

HOSTILE_TEST(host__with_64_descriptors_is_served) {
  limit_set(RLIMIT_NOFILE, 64);
  workout();
}

/* Leaves this many descriptors to be had. */
static unsigned use_up(int *used, unsigned capacity, unsigned left) {
  unsigned count = 0;
  while (count < capacity && (used[count] = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 3)) >= 0) count++;
  for (; left > 0 && count > 0; left--) close(used[--count]);
  return count;
}

/* Every number of descriptors up to enough: an error that says so, or the answer. */
HOSTILE_TEST(host__out_of_descriptors_gets_a_clean_error_and_later_its_answer) {
  limit_set(RLIMIT_NOFILE, 64);
  struct snapshot *before = snapshot_take();
  unsigned refused = 0, answered = 0;
  for (unsigned left = 0; left < 24; left++) {
    int used[64];
    llmb_error error;
    llmb_status status = LLMB_OK;
    char *answer = NULL;
    llmb_error_init(&error);
    const unsigned count = use_up(used, 64, left);
    llmb_bridge *bridge = bare_bridge("echo", &status);
    if (status == LLMB_OK) {
      status = llmb_generate(bridge, (const uint8_t *)"hello", 5, NULL, &answer, NULL, NULL, &error);
      CHECK_INT(status, error.status);
      CHECK_INT(status == LLMB_OK, answer != NULL);
    }
    for (unsigned i = 0; i < count; i++) close(used[i]);
    refused += status != LLMB_OK;
    answered += status == LLMB_OK;
    CHECK(status == LLMB_OK || status == LLMB_E_OUT_OF_MEMORY || status == LLMB_E_SPAWN_FAILED);
    if (status != LLMB_OK && bridge != NULL) {
      CHECK(strlen(error.message) > 0);
      CHECK_INT(LLMB_OK, ask(bridge, "hello", NULL, &error)); /* the same bridge, now that there are some */
      CHECK_TEXT("", error.message);
    }
    llmb_free(answer);
    llmb_bridge_close(bridge);
    if (check_failures > 0) fprintf(stderr, "with %u descriptors left\n", left);
    if (check_failures > 0) break;
  }
  CHECK(refused > 0 && answered > 0);
  snapshot_check(before);
}

static int64_t used_us(const struct rusage *usage) {
  return (usage->ru_utime.tv_sec + usage->ru_stime.tv_sec) * INT64_C(1000000) + usage->ru_utime.tv_usec +
         usage->ru_stime.tv_usec;
}

/* A host that shuts itself in once all is open: poll refuses more items than descriptors are allowed. */
HOSTILE_TEST(host__that_gives_up_descriptors_after_opening_is_served) {
  struct rusage start, end;
  llmb_error error;
  llmb_bridge *bridge = bridge_of("sleep 1000; echo", NULL);
  bridge_start(bridge);
  struct rlimit limit, before;
  CHECK_INT(0, getrlimit(RLIMIT_NOFILE, &before));
  limit = before;
  limit.rlim_cur = 0;
  CHECK_INT(0, setrlimit(RLIMIT_NOFILE, &limit));
  CHECK_INT(0, getrusage(RUSAGE_THREAD, &start));
  CHECK_INT(LLMB_OK, ask(bridge, "hello", NULL, &error));
  CHECK_INT(0, setrlimit(RLIMIT_NOFILE, &before));
  CHECK_INT(0, getrusage(RUSAGE_THREAD, &end));
  /* Not a bound on time, but on work: a wait that looks all the time is not a wait. */
  CHECK(used_us(&end) - used_us(&start) < 100000);
  bridge_end(bridge);
}

/* A file that may not grow: the kernel would send SIGXFSZ, which ends a host that has no handler for it. */
HOSTILE_TEST(host__with_a_limit_on_file_size_gets_a_clean_error) {
  llmb_error error;
  llmb_bridge *bridge = bridge_of("echo", NULL);
  limit_set(RLIMIT_FSIZE, 0);
  CHECK(ask(bridge, "hello", NULL, &error) != LLMB_OK);
  CHECK_CONTAINS("could not", error.message);
  limit_set(RLIMIT_FSIZE, RLIM_INFINITY);
  CHECK_INT(LLMB_OK, ask(bridge, "hello", NULL, &error));
  bridge_end(bridge);
}

HOSTILE_TEST(host__with_no_memory_to_map_gets_a_clean_error) {
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
  llmb_error error;
  llmb_bridge *bridge = bridge_of("echo", NULL);
  limit_set(RLIMIT_AS, 1 << 20); /* less than it has: nothing more can be mapped */
  CHECK_INT(LLMB_E_OUT_OF_MEMORY, ask(bridge, "hello", NULL, &error));
  limit_set(RLIMIT_AS, RLIM_INFINITY);
  CHECK_INT(LLMB_OK, ask(bridge, "hello", NULL, &error));
  bridge_end(bridge);
#endif
}

enum { STARTS_TIMED = 10 };

static double quickest_start_ms(void) {
  uint64_t best_ns = LLMB_NEVER;
  for (int i = 0; i < STARTS_TIMED; i++) {
    llmb_bridge *bridge = bridge_of("echo", NULL);
    const uint64_t start_ns = llmb_clock_ns();
    bridge_start(bridge);
    const uint64_t took_ns = llmb_clock_ns() - start_ns;
    if (took_ns < best_ns) best_ns = took_ns;
    bridge_end(bridge);
  }
  return (double)best_ns / 1e6;
}

/* A fork would copy the tables of all that memory. What it costs is told, not judged. */
HOSTILE_TEST(host__of_2_gib_is_served) {
  const size_t size = (size_t)2 << 30;
  const double free_size = (double)sysconf(_SC_AVPHYS_PAGES) * (double)sysconf(_SC_PAGESIZE);
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  exit(CHILD_SKIPPED);
#endif
  if (free_size < 2.0 * (double)size) exit(CHILD_SKIPPED);
  const double small_ms = quickest_start_ms();
  char *memory = malloc(size);
  CHECK(memory != NULL);
  if (memory == NULL) return;
  memset(memory, 1, size);
  printf("     start: %.1f ms, with 2 GiB resident %.1f ms\n", small_ms, quickest_start_ms());
  workout();
  free(memory);
}

static void *work_out(void *argument) {
  workout();
  return argument;
}

/* Threads of embedded runtimes have stacks of this size. Sanitizers make frames larger. */
HOSTILE_TEST(host__with_stacks_of_64_kib_is_served) {
  pthread_attr_t attributes;
  pthread_t thread;
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  const size_t size = 512 << 10;
#else
  const size_t size = 64 << 10;
#endif
  CHECK_INT(0, pthread_attr_init(&attributes));
  CHECK_INT(0, pthread_attr_setstacksize(&attributes, size));
  CHECK_INT(0, pthread_create(&thread, &attributes, work_out, NULL));
  CHECK_INT(0, pthread_join(thread, NULL));
}

CHECK_MAIN(TEST(host__with_the_standard_descriptors_closed_is_served), TEST(host__with_64_descriptors_is_served),
           TEST(host__out_of_descriptors_gets_a_clean_error_and_later_its_answer),
           TEST(host__that_gives_up_descriptors_after_opening_is_served),
           TEST(host__with_a_limit_on_file_size_gets_a_clean_error),
           TEST(host__with_no_memory_to_map_gets_a_clean_error), TEST(host__of_2_gib_is_served),
           TEST(host__with_stacks_of_64_kib_is_served))
