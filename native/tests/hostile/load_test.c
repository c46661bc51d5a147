/* The library loaded, unloaded, and loaded twice. */
#include <dlfcn.h>

#include "tests/hostile/host_state.h"
#include "tests/hostile/workout.h"

enum { LOADS = 1000, USES = 10 };

struct library {
  void *handle;
  int32_t (*call_llm)(const char *, char **, char **);
  void (*free)(void *);
  void (*shutdown)(void);
};

/* A function, as a data pointer: POSIX says they are alike, C does not. */
static void find(void *handle, const char *name, void *out) {
  void *found = dlsym(handle, name);
  CHECK(found != NULL);
  memcpy(out, &found, sizeof found);
}

static struct library library_open(const char *path) {
  struct library library = {.handle = dlopen(path, RTLD_NOW | RTLD_LOCAL)};
  if (library.handle == NULL) {
    fprintf(stderr, "%s: %s\n", check_name, dlerror());
    exit(1);
  }
  find(library.handle, "llmb_call_llm", &library.call_llm);
  find(library.handle, "llmb_free", &library.free);
  find(library.handle, "llmb_shutdown", &library.shutdown);
  return library;
}

static void library_use(const struct library *library) {
  char *answer = NULL, *error = NULL;
  CHECK_INT(LLMB_OK, library->call_llm("hello", &answer, &error));
  CHECK_TEXT("", error == NULL ? "" : error);
  CHECK_TEXT("hello", answer);
  library->free(answer);
  library->free(error);
}

HOSTILE_TEST(library__loaded_and_unloaded_a_thousand_times_leaves_nothing_more) {
  struct snapshot *before = NULL;
  for (int i = 0; i < LOADS; i++) {
    const struct library library = library_open(HOSTILE_LIBRARY);
    if (i % (LOADS / USES) == 0) {
      library_use(&library);
      library.shutdown();
    }
    CHECK_INT(0, dlclose(library.handle));
    if (i != LOADS / USES) continue;
    free(host_state_take());
    before = host_state_take();
  }
  host_state_check(before);
}

/* Unloaded while its engine runs: the code stays, and the next to load it finds the engine. */
HOSTILE_TEST(library__unloaded_in_use_goes_on) {
  struct library library = library_open(HOSTILE_LIBRARY);
  library_use(&library);
  CHECK_INT(0, dlclose(library.handle));
  struct library again = library_open(HOSTILE_LIBRARY);
  CHECK(again.call_llm == library.call_llm);
  library_use(&again);
  again.shutdown();
  CHECK_INT(0, dlclose(again.handle));
}

/* Two packages may each bring one. Each has its keeper and its engine; neither sees the other's. */
HOSTILE_TEST(library__present_twice_works_twice) {
  const char *copy = HOSTILE_LIBRARY ".copy";
  CHECK_INT(0, system("cp -f '" HOSTILE_LIBRARY "' '" HOSTILE_LIBRARY ".copy'"));
  struct snapshot *before = snapshot_take();
  struct library first = library_open(HOSTILE_LIBRARY), second = library_open(copy);
  CHECK(first.call_llm != second.call_llm);
  for (int i = 0; i < 20; i++) {
    library_use(&first);
    library_use(&second);
    if (i == 10) first.shutdown();
  }
  const pid_t child = fork();
  if (child == 0) {
    check_failures = 0;
    library_use(&first);
    library_use(&second);
    first.shutdown();
    second.shutdown();
    _exit(check_failures != 0);
  }
  int status = 0;
  CHECK_INT(child, waitpid(child, &status, 0));
  CHECK_INT(0, status);
  library_use(&second);
  second.shutdown();
  library_use(&first);
  first.shutdown();
  snapshot_check(before);
  unlink(copy);
}

/* Loaded by a relative path, used from elsewhere. */
HOSTILE_TEST(library__loaded_by_a_relative_path_finds_its_programs) {
  const char *slash = strrchr(HOSTILE_LIBRARY, '/');
  char folder[512], name[512];
  snprintf(folder, sizeof folder, "%.*s", (int)(slash - HOSTILE_LIBRARY), HOSTILE_LIBRARY);
  snprintf(name, sizeof name, ".%s", slash);
  unsetenv("LLMBRIDGE_HOME");
  CHECK_INT(0, chdir(folder));
  struct library library = library_open(name);
  CHECK_INT(0, chdir("/"));
  library_use(&library);
  library.shutdown();
}

CHECK_MAIN(TEST(library__loaded_and_unloaded_a_thousand_times_leaves_nothing_more),
           TEST(library__unloaded_in_use_goes_on), TEST(library__present_twice_works_twice),
           TEST(library__loaded_by_a_relative_path_finds_its_programs))
