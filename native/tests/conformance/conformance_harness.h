/* What the conformance tests share: the strategy under test, what the library says it can do, bridges made of both. */
#ifndef LLMB_TESTS_CONFORMANCE_HARNESS_H
#define LLMB_TESTS_CONFORMANCE_HARNESS_H

#include "tests/bridge/bridge_harness.h"
#include "tests/marked_processes.h"
#include "tests/conformance/conformance_server.h"
#include "tests/conformance/conformance_strategy.h"

enum { CONFORMANCE_SKIP = 77 };

static const struct strategy *strategy; /* under test */

/* Whether the library's table of abilities says so. */
UNUSED static bool can(const char *ability) {
  char name[64], quoted[64];
  snprintf(name, sizeof name, "\"name\":\"%s\"", strategy->engine);
  snprintf(quoted, sizeof quoted, "\"%s\"", ability);
  const char *entry = strstr(llmb_engines_json(), name);
  const char *found = entry != NULL ? strstr(entry, quoted) : NULL;
  return found != NULL && found < strchr(entry, '}');
}

UNUSED static bool is_inproc(void) {
  return strcmp(strategy->isolation, "inproc") == 0;
}

UNUSED static bool is_engine(const char *name) {
  return strcmp(strategy->engine, name) == 0;
}

/* A bridge to an engine that behaves like that, with more settings, NULL at the end; NULL where it cannot. */
UNUSED static llmb_bridge *bridge_behaving(enum behaviour behaviour, ...) {
  llmb_settings *settings = strategy_settings(strategy, behaviour);
  if (settings == NULL) return NULL;
  va_list rest;
  va_start(rest, behaviour);
  llmb_bridge *bridge = bridge_open_with(settings, rest);
  va_end(rest);
  return bridge;
}

/* Closes the bridge; afterwards nothing of it is left, whatever its engine had started. */
UNUSED static void bridge_vanish(llmb_bridge *bridge) {
  bridge_end(bridge);
  marked_await(0);
}

/* With the lock files that servers leave there, and nothing else. */
UNUSED static void shared_folder_remove(const char *parent) {
  char path[512];
  snprintf(path, sizeof path, "%s/llmbridge-%u", parent, (unsigned)geteuid());
  DIR *folder = opendir(path);
  for (struct dirent *entry = folder != NULL ? readdir(folder) : NULL; entry != NULL; entry = readdir(folder)) {
    if (strstr(entry->d_name, ".live") != NULL) (void)unlinkat(dirfd(folder), entry->d_name, 0);
  }
  if (folder != NULL) closedir(folder);
  (void)rmdir(path);
  (void)rmdir(parent);
}

/* Commands inherit the mark, by a variable that names itself. */
UNUSED static int conformance_run(const struct check_test *tests, size_t count, int argc, char **argv) {
  strategy = argc > 1 ? strategy_find(argv[1]) : NULL;
  if (strategy == NULL) {
    fprintf(stderr, "usage: %s ENGINE.HOW [PART OF A TEST'S NAME]\n", argv[0]);
    return 2;
  }
  char folder[] = "/tmp/llmb-conformance-XXXXXX";
  const bool is_shared = strcmp(strategy->isolation, "shared") == 0;
  if (is_shared && mkdtemp(folder) == NULL) abort();
  if (is_shared) setenv("XDG_RUNTIME_DIR", folder, 1);
  if (is_engine("http")) server_start();
  mark_set();
  setenv("LLMBRIDGE_ENVIRONMENT", MARK_NAME, 1);
  llmb_settings *settings = strategy_settings(strategy, ANSWERS);
  if (settings == NULL) {
    fprintf(stderr, "skipped: there is no model, or no program, for %s\n", strategy->name);
    return CONFORMANCE_SKIP;
  }
  llmb_settings_close(settings);
  const int failed = check_run(tests, count, argc - 1, argv + 1);
  if (is_shared) shared_folder_remove(folder);
  return failed;
}

#define CONFORMANCE_MAIN(...)                                                  \
  int main(int argc, char **argv) {                                            \
    const struct check_test tests[] = {__VA_ARGS__};                           \
    return conformance_run(tests, sizeof tests / sizeof tests[0], argc, argv); \
  }

#endif
