#include "platform/os_limits.h"

#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/check.h"

enum { PATH_SIZE = 512 };

static char mount_point[] = "/tmp/llmb_groups_XXXXXX";

static void put_group(const char *group, const char *max, const char *current) {
  char path[PATH_SIZE];
  const char *const names[] = {"pids.max", "pids.current"}, *const texts[] = {max, current};
  snprintf(path, sizeof path, "%s%s", mount_point, group);
  (void)mkdir(path, 0700);
  for (int i = 0; i < 2; i++) {
    snprintf(path, sizeof path, "%s%s/%s", mount_point, group, names[i]);
    FILE *file = fopen(path, "w");
    CHECK(file != NULL && fprintf(file, "%s\n", texts[i]) > 0);
    if (file != NULL) fclose(file);
  }
}

static void drop_group(const char *group) {
  char path[PATH_SIZE];
  const char *const names[] = {"/pids.max", "/pids.current", ""};
  for (int i = 0; i < 3; i++) {
    snprintf(path, sizeof path, "%s%s%s", mount_point, group, names[i]);
    CHECK_INT(0, remove(path));
  }
}

static struct os_process_limits limits_of(const char *groups) {
  struct os_process_limits limits = {0};
  os_process_limits_of_groups(groups, mount_point, &limits);
  return limits;
}

static void the_group_with_the_least_room__counts(void) {
  put_group("/outer", "100", "95");
  put_group("/outer/inner", "50", "20");
  put_group("/outer/inner/free", "max", "7");
  struct os_process_limits limits = limits_of("0::/outer/inner/free\n");
  CHECK_INT(100, limits.group_max);
  CHECK_INT(95, limits.group_used);
  put_group("/outer", "max", "95");
  limits = limits_of("1:name=systemd:/elsewhere\n0::/outer/inner/free\n");
  CHECK_INT(50, limits.group_max);
  CHECK_INT(20, limits.group_used);
  drop_group("/outer/inner/free");
  drop_group("/outer/inner");
  drop_group("/outer");
}

static void version_1__has_a_tree_for_this_controller(void) {
  put_group("/pids", "max", "1");
  put_group("/pids/box", "64", "70"); /* a limit may be set below what runs */
  const struct os_process_limits limits = limits_of("9:memory:/box\n4:pids:/box\n");
  CHECK_INT(64, limits.group_max);
  CHECK_INT(64, limits.group_used);
  drop_group("/pids/box");
  drop_group("/pids");
}

static void the_root_of_a_namespace__has_its_limit_at_the_mount_itself(void) {
  put_group("", "30", "2");
  CHECK_INT(30, limits_of("0::/\n").group_max);
  CHECK_INT(30, limits_of("0::/..\n").group_max); /* what lies outside the namespace is shown so */
  char path[PATH_SIZE];
  snprintf(path, sizeof path, "%s/pids.max", mount_point);
  CHECK_INT(0, remove(path));
  snprintf(path, sizeof path, "%s/pids.current", mount_point);
  CHECK_INT(0, remove(path));
}

static void what_has_no_group_or_says_nonsense__has_no_limit(void) {
  const char *const texts[] = {"", "\n", "nonsense", "0:", "0::", "0::/none\n", ":::\n\n"};
  for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
    CHECK(limits_of(texts[i]).group_max == OS_LIMIT_NONE);
    CHECK(limits_of(texts[i]).group_used == OS_LIMIT_NONE);
  }
}

static void the_users_limit__is_what_the_shell_calls_ulimit(void) {
  struct rlimit before;
  struct os_process_limits limits;
  CHECK_INT(0, getrlimit(RLIMIT_NPROC, &before));
  const rlim_t lower = before.rlim_cur == RLIM_INFINITY ? 12345 : before.rlim_cur - 1;
  CHECK_INT(0, setrlimit(RLIMIT_NPROC, &(struct rlimit){lower, before.rlim_max}));
  os_process_limits(&limits);
  CHECK_INT(lower, limits.user_max);
  CHECK_INT(0, setrlimit(RLIMIT_NPROC, &before));
}

int main(int argc, char **argv) {
  if (mkdtemp(mount_point) == NULL) return 1;
  static const struct check_test tests[] = {
      TEST(the_group_with_the_least_room__counts),
      TEST(version_1__has_a_tree_for_this_controller),
      TEST(the_root_of_a_namespace__has_its_limit_at_the_mount_itself),
      TEST(what_has_no_group_or_says_nonsense__has_no_limit),
      TEST(the_users_limit__is_what_the_shell_calls_ulimit),
  };
  const int failed = check_run(tests, sizeof tests / sizeof tests[0], argc, argv);
  return rmdir(mount_point) == 0 ? failed : 1; /* nothing is left behind */
}
