/* Where things are, and the page that a fork empties. */
#include <sys/stat.h>
#include <sys/wait.h>

#include "tests/unit/keeper/keeper_harness.h"
#include "platform/os_fork.h"
#include "platform/os_path.h"

static void path_kind__tells_files_programs_and_folders_apart(void) {
  char plain[] = "/tmp/llmbridge-test-XXXXXX";
  uint64_t size = 99;
  int file = mkstemp(plain);
  CHECK_INT(5, write(file, "12345", 5));
  close(file);
  CHECK_INT(OS_PATH_FILE, os_path_kind(plain, &size));
  CHECK_INT(5, size);
  chmod(plain, 0700);
  CHECK_INT(OS_PATH_PROGRAM, os_path_kind(plain, NULL));
  unlink(plain);
  CHECK_INT(OS_PATH_MISSING, os_path_kind(plain, &size));
  CHECK_INT(0, size);
  CHECK_INT(OS_PATH_MISSING, os_path_kind("/dev/null/below", NULL));
  CHECK_INT(OS_PATH_FOLDER, os_path_kind("/", NULL));
  CHECK_INT(OS_PATH_OTHER, os_path_kind("/dev/null", NULL));
}

static void path_folders__are_absolute_and_hold_this_program(void) {
  char program[4096], library[4096], expected[4096];
  ssize_t size = readlink("/proc/self/exe", expected, sizeof expected - 1);
  expected[size] = '\0';
  *strrchr(expected, '/') = '\0';
  CHECK_INT(LLMB_OK, os_path_program_folder(program, sizeof program));
  CHECK_TEXT(expected, program);
  CHECK_INT(LLMB_OK, os_path_library_folder(library, sizeof library)); /* linked into this program */
  CHECK_TEXT(expected, library);
  CHECK_INT(LLMB_E_INVALID_ARGUMENT, os_path_program_folder(program, strlen(expected)));
  CHECK_INT(LLMB_OK, os_path_program_folder(program, strlen(expected) + 1));
}

static void environment__is_read_and_walked(void) {
  bool found = false;
  setenv("LLMB_PATH_TEST", "value", 1);
  CHECK_TEXT("value", os_environment_get("LLMB_PATH_TEST"));
  for (char *const *at = os_environment_all(); *at != NULL; at++) found |= strcmp(*at, "LLMB_PATH_TEST=value") == 0;
  CHECK(found);
  unsetenv("LLMB_PATH_TEST");
  CHECK(os_environment_get("LLMB_PATH_TEST") == NULL);
}

static void fork_page__is_empty_in_the_child_only(void) {
  volatile unsigned *page = os_fork_page_create();
  CHECK(page != NULL);
  if (page == NULL) return;
  *page = 1;
  pid_t child = fork();
  if (child == 0) _exit(*page == 0 ? 40 : 41);
  int how = 0;
  waitpid(child, &how, 0);
  CHECK_INT(40, WEXITSTATUS(how));
  CHECK_INT(1, *page);
}

CHECK_MAIN(TEST(path_kind__tells_files_programs_and_folders_apart),
           TEST(path_folders__are_absolute_and_hold_this_program), TEST(environment__is_read_and_walked),
           TEST(fork_page__is_empty_in_the_child_only))
