/* Sessions in folders that are not as they should be: other people's, full, read-only, gone, and with anything in them.
 */
#include <errno.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/wait.h>

#include "tests/bridge/session_harness.h"

static void check_refused(llmb_bridge *bridge, const char *name, llmb_status expected, const char *part) {
  char answer[64];
  llmb_error error;
  CHECK_INT(expected, session_ask(bridge, name, "one", answer, sizeof answer, &error));
  CHECK_CONTAINS(part, error.message);
}

static void folder_that_others_may_enter__is_refused(void) {
  session_begin();
  CHECK_INT(0, mkdir(session_folder, 0755));
  llmb_bridge *bridge = session_bridge("say hi");
  check_refused(bridge, "work", LLMB_E_UNAVAILABLE, "0755, not 0700");
  CHECK_INT(0, chmod(session_folder, 0700));
  session_check_ask(bridge, "work", "one", "hi");
  bridge_end(bridge);
  session_end();
}

static void what_is_no_plain_file__is_refused_and_left_alone(void) {
  char path[SESSION_TEST_PATH], other[SESSION_TEST_PATH];
  struct stat info;
  session_begin();
  CHECK_INT(0, mkdir(session_folder, 0700));
  llmb_bridge *bridge = session_bridge("say hi");
  session_put("target", "", 0);
  session_path("target", other);
  session_path("link", path);
  CHECK_INT(0, symlink(other, path));
  check_refused(bridge, "link", LLMB_E_UNAVAILABLE, "not a plain file");
  session_path("pipe", path);
  CHECK_INT(0, mkfifo(path, 0600));
  check_refused(bridge, "pipe", LLMB_E_UNAVAILABLE, "not a plain file");
  session_path("folder", path);
  CHECK_INT(0, mkdir(path, 0700));
  check_refused(bridge, "folder", LLMB_E_UNAVAILABLE, "folder.jsonl");
  session_path("twin", path);
  CHECK_INT(0, link(other, path));
  check_refused(bridge, "twin", LLMB_E_UNAVAILABLE, "more names");
  CHECK_INT(0, stat(other, &info));
  CHECK_INT(0, info.st_size);
  bridge_end(bridge);
  session_end();
}

static void file_of_somebody_elses__is_refused_and_left_alone(void) {
  static const char text[] = "{\"role\":\"user\",\"content\":\"mine\"}\n";
  size_t size = 0;
  session_begin();
  CHECK_INT(0, mkdir(session_folder, 0700));
  llmb_bridge *bridge = session_bridge("say hi");
  session_put("mine", text, sizeof text - 1);
  check_refused(bridge, "mine", LLMB_E_UNAVAILABLE, "not the log of a session");
  char *after = session_file("mine", &size);
  CHECK_INT(sizeof text - 1, size);
  CHECK_TEXT(text, after);
  free(after);
  bridge_end(bridge);
  session_end();
}

static void torn_end__is_cut_off_and_said_in_an_event(void) {
  size_t size = 0, after_size = 0;
  llmb_event events[16];
  uint32_t count = 0;
  session_begin();
  llmb_bridge *bridge = session_bridge("say hi");
  session_check_ask(bridge, "work", "one", "hi");
  char *text = session_file("work", &size);
  session_check_ask(bridge, "work", "two", "hi");
  char *whole = session_file("work", &after_size);
  session_put("work", whole, after_size - 20);
  session_check_ask(bridge, "work", "three", "hi");
  char *now = session_file("work", NULL);
  CHECK_INT(0, strncmp(now, text, size));
  CHECK(strstr(now, "\"content\":\"three\"") != NULL && strstr(now, "\"content\":\"two\"") == NULL);
  CHECK_INT(LLMB_OK, llmb_bridge_events(bridge, 0, events, 16, &count, NULL));
  bool told = false;
  for (uint32_t i = 0; i < count; i++) {
    if (events[i].kind != LLMB_EVENT_SESSION) continue;
    told = true;
    CHECK_CONTAINS("session work: ", events[i].text);
    CHECK_CONTAINS("cut off", events[i].text);
  }
  CHECK(told);
  free(text);
  free(whole);
  free(now);
  bridge_end(bridge);
  session_end();
}

static void damaged_session__is_an_error_that_says_where(void) {
  size_t size = 0;
  session_begin();
  llmb_bridge *bridge = session_bridge("say hi");
  for (unsigned i = 0; i < 3; i++) session_check_ask(bridge, "work", "one", "hi");
  char *text = session_file("work", &size);
  text[size / 2] ^= 1;
  session_put("work", text, size);
  check_refused(bridge, "work", LLMB_E_UNAVAILABLE, "it is damaged");
  char *after = session_file("work", NULL);
  CHECK_INT(0, memcmp(text, after, size));
  free(text);
  free(after);
  bridge_end(bridge);
  session_end();
}

/* Runs in a process that has its mounts to itself; true if it could have them. */
static bool have_own_mounts(void) {
  const uid_t user = getuid();
  if (unshare(user == 0 ? CLONE_NEWNS : CLONE_NEWNS | CLONE_NEWUSER) != 0) return false;
  if (user != 0) {
    char map[64];
    const int setgroups = open("/proc/self/setgroups", O_WRONLY | O_CLOEXEC);
    if (setgroups >= 0 && write(setgroups, "deny", 4) != 4) return false;
    if (setgroups >= 0) close(setgroups);
    const int file = open("/proc/self/uid_map", O_WRONLY | O_CLOEXEC);
    const int size = snprintf(map, sizeof map, "%u %u 1", (unsigned)user, (unsigned)user);
    if (file < 0 || write(file, map, (size_t)size) != size) return false;
    close(file);
  }
  return mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0;
}

static void in_own_mounts(void (*run)(void)) {
  const pid_t child = fork();
  if (child == 0) {
    check_failures = 0;
    if (!have_own_mounts()) _exit(77);
    run();
    _exit(check_failures > 0);
  }
  int status = 0;
  CHECK_INT(child, waitpid(child, &status, 0));
  if (WIFEXITED(status) && WEXITSTATUS(status) == 77) {
    fprintf(stderr, "%s: not run: no mounts of one's own here\n", check_name);
  } else {
    CHECK_INT(0, status);
  }
}

/* Fills the disk but for `left` bytes. */
static void fill_disk(size_t left) {
  static char block[4096];
  char path[SESSION_TEST_PATH];
  snprintf(path, sizeof path, "%.200s/filler", session_folder);
  const int file = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
  off_t size = 0;
  for (ssize_t part; (part = write(file, block, sizeof block)) > 0;) size += part;
  CHECK_INT(0, ftruncate(file, size > (off_t)left ? size - (off_t)left : 0));
  close(file);
}

static void fill_and_lock(void) {
  char *big = malloc(65536), answer[64], path[SESSION_TEST_PATH];
  llmb_error error;
  size_t before = 0, after = 0;
  session_begin();
  CHECK_INT(0, mkdir(session_folder, 0700));
  if (big == NULL || mount("tmpfs", session_folder, "tmpfs", 0, "size=128k,mode=0700") != 0) _exit(77);
  llmb_bridge *bridge = session_bridge("say hi");
  session_check_ask(bridge, "work", "one", "hi");
  char *first = session_file("work", &before);
  fill_disk(8192);
  memset(big, 'x', 65535);
  big[65535] = 0;
  for (unsigned i = 0; i < 2; i++) {
    CHECK_INT(LLMB_E_UNAVAILABLE, session_ask(bridge, "work", big, answer, sizeof answer, &error));
    CHECK_INT(ENOSPC, error.os_code);
    CHECK_CONTAINS("could not be kept", error.message);
    char *second = session_file("work", &after);
    CHECK_INT(before, after);
    CHECK_INT(0, memcmp(first, second, before));
    free(second);
  }
  CHECK_INT(LLMB_E_UNAVAILABLE, session_ask(bridge, "new", big, answer, sizeof answer, &error));
  session_check_ask(bridge, "work", "two", "hi"); /* for which there is room */
  snprintf(path, sizeof path, "%.200s/filler", session_folder);
  CHECK_INT(0, unlink(path));
  CHECK_INT(LLMB_OK, session_ask(bridge, "work", big, answer, sizeof answer, &error));
  while (mount("tmpfs", session_folder, "tmpfs", MS_REMOUNT | MS_RDONLY, "size=128k,mode=0700") != 0) {
    CHECK_INT(EBUSY, errno); /* the last call's helper has not ended yet */
    nap_ms(1);
  }
  CHECK_INT(LLMB_E_UNAVAILABLE, session_ask(bridge, "work", "three", answer, sizeof answer, &error));
  CHECK_INT(EROFS, error.os_code);
  bridge_end(bridge);
  CHECK_INT(0, umount2(session_folder, MNT_DETACH));
  free(first);
  free(big);
  session_end();
}

static void full_and_read_only_disks__are_errors_and_the_session_stays_as_it_was(void) {
  in_own_mounts(fill_and_lock);
}

static void folder_that_vanishes_in_a_turn__is_an_error(void) {
  char away[SESSION_TEST_PATH];
  llmb_error error;
  session_begin();
  llmb_bridge *bridge = session_bridge("pieces 2 200");
  llmb_settings *settings = settings_of("session", "work", NULL);
  llmb_call *call = call_of(bridge, "one", settings);
  llmb_settings_close(settings);
  uint8_t piece[64];
  uint64_t size = 0;
  CHECK_INT(LLMB_OK, llmb_call_read(call, piece, sizeof piece, LLMB_NEVER, &size, NULL));
  snprintf(away, sizeof away, "%.200s.away", session_folder);
  CHECK_INT(0, rename(session_folder, away));
  llmb_error_init(&error);
  CHECK_INT(LLMB_E_UNAVAILABLE, read_to_end(call, NULL, 0, &error));
  CHECK_CONTAINS("vanished", error.message);
  llmb_call_close(call);
  bridge_end(bridge);
  CHECK_INT(0, rename(away, session_folder));
  session_end();
}

CHECK_MAIN(TEST(folder_that_others_may_enter__is_refused), TEST(what_is_no_plain_file__is_refused_and_left_alone),
           TEST(file_of_somebody_elses__is_refused_and_left_alone), TEST(torn_end__is_cut_off_and_said_in_an_event),
           TEST(damaged_session__is_an_error_that_says_where),
           TEST(full_and_read_only_disks__are_errors_and_the_session_stays_as_it_was),
           TEST(folder_that_vanishes_in_a_turn__is_an_error))
