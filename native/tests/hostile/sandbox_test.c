/* What is told of the sandbox's layers, with all of them and where the kernel has no landlock. */
#include <sys/wait.h>

#include "tests/bridge/bridge_harness.h"
#include "tests/hostile/no_landlock.h"

enum { EVENTS_MAX = 32, EXIT_SKIPPED = 77 };

/* The text of the event that a layer is missing; empty if there was none. */
static void find_event(llmb_bridge *bridge, char text[LLMB_EVENT_TEXT_SIZE]) {
  static llmb_event events[EVENTS_MAX];
  uint32_t count = 0;
  text[0] = 0;
  CHECK_INT(LLMB_OK, llmb_bridge_events(bridge, 0, events, EVENTS_MAX, &count, NULL));
  for (uint32_t i = 0; i < count; i++) {
    if (events[i].kind == LLMB_EVENT_SANDBOX_INCOMPLETE) snprintf(text, LLMB_EVENT_TEXT_SIZE, "%s", events[i].text);
  }
}

static void check_told(const char *sandbox, uint32_t layers_expected, const char *event_expected,
                       const char *info_expected) {
  char text[LLMB_EVENT_TEXT_SIZE], *info = NULL;
  uint32_t layers = 0;
  llmb_bridge *bridge = bridge_of("echo", "sandbox", sandbox, NULL);
  bridge_start(bridge);
  CHECK_INT(LLMB_OK, llmb_bridge_sandbox(bridge, &layers));
  if ((layers_expected & LLMB_SANDBOX_CALLS) != 0 && (layers & LLMB_SANDBOX_CALLS) == 0) _exit(EXIT_SKIPPED);
  CHECK_INT(layers_expected, layers);
  find_event(bridge, text);
  CHECK_TEXT(event_expected, text);
  CHECK_INT(LLMB_OK, llmb_bridge_info(bridge, &info, NULL));
  CHECK_TEXT(info_expected, info);
  llmb_free(info);
  bridge_end(bridge);
}

static void run_without_landlock(void (*run)(void)) {
  const pid_t child = fork();
  if (child == 0) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    forget_landlock();
    run();
    _exit(check_failures != 0);
  }
  int status = 0;
  CHECK_INT(child, waitpid(child, &status, 0));
  CHECK(WIFEXITED(status) && (WEXITSTATUS(status) == 0 || WEXITSTATUS(status) == EXIT_SKIPPED));
}

static void lacking(void) {
  check_told("best_effort", LLMB_SANDBOX_ALL & ~(uint32_t)LLMB_SANDBOX_FILES, "missing: files",
             "{\"engine\":\"fake\",\"sandbox\":[\"privileges\",\"limits\",\"calls\"]}");
}

static void required(void) {
  llmb_error error;
  llmb_bridge *bridge = bridge_of("echo", "sandbox", "required", NULL);
  CHECK_INT(LLMB_E_UNSUPPORTED, ask(bridge, "hello", NULL, &error));
  CHECK_CONTAINS("sandbox is required, but this system cannot close off its files", error.message);
  bridge_end(bridge);
}

static void missing_layer__is_told_as_an_event_and_in_the_engines_information(void) {
  run_without_landlock(lacking);
}

static void missing_layer__fails_the_start_where_the_sandbox_is_required(void) {
  run_without_landlock(required);
}

static void sandbox_that_is_off__is_no_event(void) {
  check_told("off", 0, "", "{\"engine\":\"fake\",\"sandbox\":[]}");
}

CHECK_MAIN(TEST(missing_layer__is_told_as_an_event_and_in_the_engines_information),
           TEST(missing_layer__fails_the_start_where_the_sandbox_is_required), TEST(sandbox_that_is_off__is_no_event))
