/* Log files where nothing can be written any more: calls are answered, engines that die are told of with their last
 * words, and no one is ended by SIGXFSZ. What keeps an engine from starting is a clean error that names the log file.
 */
#include <fcntl.h>
#include <sched.h>

#include "tests/hostile/workout.h"

enum { DISK_SIZE = 1 << 20, FILE_LIMIT = 12 << 20 /* less than a log file may grow */, DEATHS = 3 };

static char disk[] = "/tmp/llmbridge-disk-XXXXXX";

/* A disk of 1 MiB that no other process sees. */
static void disk_mount(const char *options) {
  if (unshare(CLONE_NEWNS) != 0) exit(CHILD_SKIPPED);
  CHECK(mkdtemp(disk) != NULL);
  const unsigned long private_tree = 16384 | 262144;
  if (syscall(SYS_mount, "none", "/", NULL, private_tree, NULL) == 0 &&
      syscall(SYS_mount, "none", disk, "tmpfs", 0, options) == 0) {
    return;
  }
  rmdir(disk);
  exit(CHILD_SKIPPED);
}

static void disk_unmount(void) {
  CHECK_INT(0, (int)syscall(SYS_umount2, disk, 0));
  CHECK_INT(0, rmdir(disk));
}

static const char *disk_path(const char *name) {
  static char path[64];
  snprintf(path, sizeof path, "%s/%s", disk, name);
  return path;
}

static void disk_fill(void) {
  static const char bytes[4096];
  const int file = open(disk_path("filler"), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
  unsigned count = 0;
  while (write(file, bytes, sizeof bytes) == sizeof bytes) count++;
  CHECK_INT(ENOSPC, errno);
  CHECK(count > DISK_SIZE / sizeof bytes / 2);
  close(file);
}

/* Answers, then deaths whose last words could not be written down; the keeper is the same all along. */
static void check_calls(const char *log_path) {
  llmb_error error;
  llmb_bridge *bridge = bridge_of("echo", "log", "debug", "log_file", log_path, NULL);
  llmb_bridge *dying = bridge_of("exit 3@accept", "log", "debug", "log_file", log_path, "retries", "0", NULL);
  CHECK_INT(LLMB_OK, ask(bridge, "hello", NULL, &error));
  CHECK_TEXT("", error.message);
  const int64_t worker = worker_pid(bridge), keeper = process_parent(worker);
  for (int i = 0; i < DEATHS; i++) {
    CHECK_INT(LLMB_E_ENGINE_CRASHED, ask(dying, "hello", NULL, &error));
    CHECK_INT(LLMB_EXIT_CODE, error.exit_kind);
    CHECK_INT(3, error.exit_value);
    CHECK_CONTAINS("exiting with status 3", error.engine_log);
    CHECK_INT(LLMB_OK, ask(bridge, "hello", NULL, &error));
  }
  CHECK_INT(worker, worker_pid(bridge));
  CHECK_INT(keeper, process_parent(worker));
  bridge_end(dying);
  bridge_end(bridge);
}

HOSTILE_TEST(log_file__on_a_full_disk_costs_only_the_log) {
  struct stat info = {0};
  disk_mount("size=1m");
  disk_fill();
  check_calls(disk_path("log"));
  CHECK_INT(0, stat(disk_path("log"), &info));
  CHECK_INT(0, info.st_size);
  disk_unmount();
}

HOSTILE_TEST(log_file__that_cannot_be_made_is_named_and_later_it_can) {
  llmb_error error;
  disk_mount("size=1m,nr_inodes=2"); /* its root and the filler */
  disk_fill();
  llmb_bridge *bridge = bridge_of("echo", "log", "debug", "log_file", disk_path("log"), NULL);
  CHECK_INT(LLMB_E_SPAWN_FAILED, ask(bridge, "hello", NULL, &error));
  CHECK_INT(ENOSPC, error.os_code);
  CHECK_CONTAINS("log_file", error.message);
  CHECK_INT(0, unlink(disk_path("filler")));
  bridge_end(bridge);
  check_calls(disk_path("log"));
  disk_unmount();
}

HOSTILE_TEST(log_file__at_the_hosts_limit_on_files_ends_nobody) {
  char path[256];
  snprintf(path, sizeof path, HARNESS_HOME "/tests/hostile_disk.%d", (int)getpid());
  const int file = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
  CHECK_INT(0, ftruncate(file, FILE_LIMIT));
  close(file);
  CHECK_INT(0, setrlimit(RLIMIT_FSIZE, &(struct rlimit){FILE_LIMIT, FILE_LIMIT}));
  check_calls(path);
  struct stat info = {0};
  CHECK_INT(0, stat(path, &info));
  CHECK_INT(FILE_LIMIT, info.st_size);
  CHECK_INT(0, unlink(path));
}

CHECK_MAIN(TEST(log_file__on_a_full_disk_costs_only_the_log),
           TEST(log_file__that_cannot_be_made_is_named_and_later_it_can),
           TEST(log_file__at_the_hosts_limit_on_files_ends_nobody))
