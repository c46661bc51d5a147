/* Programs that do what they can to outlive their call while other calls run, or to have no end of processes. */
#include <sys/wait.h>

#include "tests/exec/exec_harness.h"

enum { HOPPERS = 20, ORDINARY_USER = 54321, PROCESSES_MORE = 64 };

/* Commands of a bridge: the prompt is what sh reads. */
#define ANYTHING "[\"sh\"]"

/* How many processes have this in their command line. */
static unsigned count_running(const char *part) {
  char path[300], line[4096];
  unsigned count = 0;
  DIR *folder = opendir("/proc");
  for (const struct dirent *entry = readdir(folder); entry != NULL; entry = readdir(folder)) {
    if (strtol(entry->d_name, NULL, 10) <= 0) continue;
    snprintf(path, sizeof path, "/proc/%s/cmdline", entry->d_name);
    const int file = open(path, O_RDONLY | O_CLOEXEC);
    const ssize_t size = file < 0 ? 0 : read(file, line, sizeof line);
    if (file >= 0) close(file);
    if (size > 0 && memmem(line, (size_t)size, part, strlen(part) + 1) != NULL) count++;
  }
  closedir(folder);
  return count;
}

/* What this test's processes have in their command line. */
static const char *brand(void) {
  static char text[32];
  snprintf(text, sizeof text, "brood-%d", (int)getpid());
  return text;
}

static llmb_call *call_that_runs_on(llmb_bridge *bridge) {
  char text[16];
  uint64_t size = 0;
  llmb_call *call = call_of(bridge, "echo up; sleep 100000", NULL);
  CHECK_INT(LLMB_OK, llmb_call_read(call, (uint8_t *)text, sizeof text, LLMB_NEVER, &size, NULL));
  return call;
}

static void leftovers__without_environment_are_gone_with_their_call_while_another_runs(void) {
  char number[32], prompt[256];
  snprintf(number, sizeof number, "100%d", (int)getpid());
  snprintf(prompt, sizeof prompt,
           "(env -i setsid sleep %s & env -i setsid sh -c 'sleep %s & sleep %s' &) >/dev/null 2>&1 </dev/null; sleep "
           "0.2; echo done",
           number, number, number);
  llmb_bridge *bridge = bridge_to(ANYTHING, "slots", "2", NULL);
  llmb_call *other = call_that_runs_on(bridge);
  check_answer(bridge, prompt, "done\n");
  CHECK_INT(0, count_running(number)); /* at once, not later */
  llmb_call_close(other);
  bridge_vanish(bridge);
}

static void processes_that_become_others_all_the_time__are_gone_with_their_call(void) {
  char prompt[512];
  snprintf(prompt, sizeof prompt, "env -i " CHILD_BROOD " hop %d %s", HOPPERS, brand());
  llmb_bridge *bridge = bridge_to(ANYTHING, "slots", "2", NULL);
  llmb_call *other = call_that_runs_on(bridge);
  for (int i = 0; i < 3; i++) {
    check_answer(bridge, prompt, "left\n");
    CHECK_INT(0, count_running(brand()));
  }
  llmb_call_close(other);
  bridge_vanish(bridge);
}

/* The program has killed the process that was to end what it starts. */
static void program_that_kills_its_reaper__ends_and_leaves_nothing_and_harms_nobody(void) {
  char prompt[512];
  llmb_error error;
  snprintf(prompt, sizeof prompt, "env -i setsid sleep 100%d >/dev/null 2>&1 & exec " CHILD_BROOD " kill %s",
           (int)getpid(), brand());
  llmb_bridge *bridge = bridge_to(ANYTHING, "slots", "2", NULL);
  llmb_call *other = call_that_runs_on(bridge);
  const int64_t worker = worker_pid_await(bridge);
  CHECK_INT(LLMB_E_ENGINE_CRASHED, ask(bridge, prompt, NULL, &error));
  CHECK_CONTAINS("watches over the program", error.message);
  CHECK_INT(0, count_running(brand()));
  check_answer(bridge, "echo next", "next\n");
  CHECK_INT(worker, worker_pid(bridge));
  llmb_call_close(other);
  bridge_vanish(bridge);
}

static void program_that_stops_its_reaper__ends_by_its_deadline(void) {
  char prompt[256];
  llmb_error error;
  snprintf(prompt, sizeof prompt, "exec " CHILD_BROOD " stop %s", brand());
  llmb_bridge *bridge = bridge_to(ANYTHING, "slots", "2", "grace_ms", "1000", NULL);
  llmb_call *other = call_that_runs_on(bridge);
  const int64_t worker = worker_pid_await(bridge);
  llmb_settings *settings = settings_of("timeout_ms", "300", NULL);
  CHECK_INT(LLMB_E_DEADLINE_EXCEEDED, ask(bridge, prompt, settings, &error));
  while (count_running(brand()) > 0) nap_ms(2);
  check_answer(bridge, "echo next", "next\n");
  CHECK_INT(worker, worker_pid(bridge));
  llmb_settings_close(settings);
  llmb_call_close(other);
  bridge_vanish(bridge);
}

/* The limit is on the user, so other users' processes do not count; root has none. */
static void fill(void) {
  char prompt[256];
  llmb_error error;
  snprintf(prompt, sizeof prompt, "exec env -i " CHILD_BROOD " fill 1000 %s", brand());
  llmb_bridge *bridge = bridge_to(ANYTHING, NULL);
  char *answer = answer_to(bridge, prompt, NULL, &error);
  CHECK_TEXT("", error.message);
  const int count = answer != NULL ? atoi(answer) : 0;
  CHECK(count > PROCESSES_MORE / 2 && count <= PROCESSES_MORE);
  llmb_free(answer);
  CHECK_INT(0, count_running(brand()));
  bridge_vanish(bridge);
}

static void bomb_and_neighbour(void) {
  char prompt[256], text[32];
  llmb_error error;
  snprintf(prompt, sizeof prompt, "exec env -i " CHILD_BROOD " bomb %s", brand());
  llmb_bridge *bridge = bridge_to(ANYTHING, "grace_ms", "1000", NULL);
  llmb_call *other = call_that_runs_on(bridge);
  const int64_t worker = worker_pid_await(bridge);
  llmb_settings *settings = settings_of("timeout_ms", "1500", NULL);
  struct waiter waiter;
  waiter_start(&waiter, call_of(bridge, prompt, settings));
  CHECK_INT(LLMB_E_DEADLINE_EXCEEDED, waiter_join(&waiter));
  llmb_call_close(waiter.call);
  while (count_running(brand()) > 0) nap_ms(2);
  CHECK_INT(LLMB_E_ENGINE_ERROR, ask(bridge, "exit 3", NULL, &error));
  CHECK_INT(worker, worker_pid(bridge));
  CHECK_INT(LLMB_OK, llmb_call_cancel(other));
  CHECK_INT(LLMB_E_CANCELLED, read_to_end(other, text, sizeof text, NULL));
  llmb_settings_close(settings);
  llmb_call_close(other);
  bridge_vanish(bridge);
}

static void as_ordinary_user(void (*work)(void)) {
  int status = 0;
  const pid_t pid = fork();
  if (pid == 0) {
    if (geteuid() == 0 && (setgid(ORDINARY_USER) != 0 || setuid(ORDINARY_USER) != 0)) _exit(1);
    check_failures = 0;
    work();
    _exit(check_failures != 0);
  }
  CHECK_INT(pid, waitpid(pid, &status, 0));
  CHECK_INT(0, status);
}

static void processes__are_bounded_for_an_ordinary_user(void) {
#ifdef __SANITIZE_ADDRESS__
  (void)fill;
  printf("skip processes__are_bounded_for_an_ordinary_user: a sanitizer's own processes count\n");
#else
  as_ordinary_user(fill);
#endif
}

static void forking_without_end__ends_with_its_call_and_harms_no_neighbour(void) {
  as_ordinary_user(bomb_and_neighbour);
}

CHECK_MAIN(TEST(leftovers__without_environment_are_gone_with_their_call_while_another_runs),
           TEST(processes_that_become_others_all_the_time__are_gone_with_their_call),
           TEST(program_that_kills_its_reaper__ends_and_leaves_nothing_and_harms_nobody),
           TEST(program_that_stops_its_reaper__ends_by_its_deadline), TEST(processes__are_bounded_for_an_ordinary_user),
           TEST(forking_without_end__ends_with_its_call_and_harms_no_neighbour))
