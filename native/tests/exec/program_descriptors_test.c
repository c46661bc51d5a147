/* What programs of the engines exec, jsonrpc and custom find open, and what they can do with it. */
#include <sys/stat.h>

#include "tests/exec/exec_harness.h"

static char *generate(llmb_bridge *bridge, const char *prompt) {
  llmb_error error;
  char *answer = answer_to(bridge, prompt, NULL, &error);
  CHECK_TEXT("", error.message);
  return answer;
}

static void check_generated(llmb_bridge *bridge, const char *prompt, const char *wanted) {
  char *answer = generate(bridge, prompt);
  CHECK_TEXT(wanted, answer);
  llmb_free(answer);
}

static void program_of_exec__has_0_to_2_and_nothing_else(void) {
  llmb_bridge *bridge = bridge_to("[\"" CHILD_DESCRIPTORS "\"]", "slots", "2", NULL);
  for (int i = 0; i < 3; i++) check_generated(bridge, "x", "0 1 2");
  bridge_vanish(bridge);
  bridge = bridge_to("[\"" CHILD_DESCRIPTORS "\",\"{prompt}\"]", NULL);
  check_generated(bridge, "x", "0 1 2");
  bridge_vanish(bridge);
}

static llmb_bridge *daemon_of(const char *workers) {
  return bridge_to("[\"" CHILD_DAEMON "\"]", "engine", "jsonrpc", "workers", workers, NULL);
}

static void daemon_of_jsonrpc__has_0_to_2_and_nothing_else(void) {
  static const char *const workers[] = {"1", "0"};
  for (int i = 0; i < 2; i++) {
    llmb_bridge *bridge = daemon_of(workers[i]);
    check_generated(bridge, "descriptors", "0 1 2");
    bridge_vanish(bridge);
  }
}

static void custom_engine__has_what_the_sdk_needs_and_its_own_programs_0_to_2(void) {
  llmb_bridge *bridge = bridge_to("[\"" CHILD_CUSTOM "\",\"" CHILD_DESCRIPTORS "\"]", "engine", "custom", NULL);
  check_generated(bridge, "own", "0 1 2 3 4");
  check_generated(bridge, "its program's", "0 1 2");
  bridge_vanish(bridge);
}

/* One call's program writes a line to all that it finds open while another call runs in the same engine. */
static void words_into_other_descriptors__harm_nobody(void) {
  llmb_bridge *bridge = bridge_to(SH("read w; if [ $w = bad ]; then for i in 3 4 5 6 7 8 9; do (echo x >&$i) "
                                     "2>/dev/null; done; " CHILD_DESCRIPTORS " garbage >/dev/null; else echo up; read "
                                     "more < $w; fi; echo done"),
                                  "slots", "2", NULL);
  char fifo[64], text[64];
  uint64_t size = 0;
  snprintf(fifo, sizeof fifo, "/tmp/llmbridge-exec-fifo-%d", (int)getpid());
  CHECK_INT(0, mkfifo(fifo, 0600));
  llmb_call *innocent = call_of(bridge, fifo, NULL);
  CHECK_INT(LLMB_OK, llmb_call_read(innocent, (uint8_t *)text, sizeof text, LLMB_NEVER, &size, NULL));
  const int64_t pid = worker_pid_await(bridge);
  check_generated(bridge, "bad", "done\n");
  const int end = open(fifo, O_WRONLY | O_CLOEXEC);
  CHECK(write(end, "\n", 1) == 1);
  CHECK_INT(LLMB_OK, read_to_end(innocent, text, sizeof text, NULL));
  CHECK_TEXT("done\n", text);
  CHECK_INT(pid, worker_pid(bridge));
  close(end);
  unlink(fifo);
  llmb_call_close(innocent);
  bridge_vanish(bridge);
}

CHECK_MAIN(TEST(program_of_exec__has_0_to_2_and_nothing_else), TEST(daemon_of_jsonrpc__has_0_to_2_and_nothing_else),
           TEST(custom_engine__has_what_the_sdk_needs_and_its_own_programs_0_to_2),
           TEST(words_into_other_descriptors__harm_nobody))
