/* What a command writes and how it ends, as its caller sees them. */
#include "tests/exec/exec_harness.h"

enum { ENGINE_GROWTH_KB_MAX = 8 << 10 };

static void stdout__comes_as_it_is_written(void) {
  llmb_bridge *bridge = bridge_to(SH("echo first; head -c1 >/dev/null; sleep 100000"), NULL);
  llmb_call *call = call_of(bridge, "x", NULL);
  uint8_t buffer[64];
  uint64_t size = 0;
  CHECK_INT(LLMB_OK, llmb_call_read(call, buffer, sizeof buffer, LLMB_NEVER, &size, NULL));
  CHECK_INT(6, size);
  CHECK(memcmp(buffer, "first\n", 6) == 0);
  llmb_call_close(call);
  bridge_vanish(bridge);
}

static void exit_status__is_told_with_the_last_of_stderr(void) {
  llmb_bridge *bridge = bridge_to(SH("echo beginning; echo what went wrong >&2; exit 3"), NULL);
  llmb_error error;
  CHECK_INT(LLMB_E_ENGINE_ERROR, ask(bridge, "x", NULL, &error));
  CHECK_INT(LLMB_EXIT_CODE, error.exit_kind);
  CHECK_INT(3, error.exit_value);
  CHECK_CONTAINS("status 3", error.message);
  CHECK_CONTAINS("what went wrong", error.engine_log);
  CHECK_INT(0, error.retry_safe);
  bridge_vanish(bridge);
}

static void signal__is_told_and_nothing_is_tried_twice(void) {
  char log[64], command[256], line[16] = "";
  snprintf(log, sizeof log, "/tmp/llmbridge-exec-runs-%d", (int)getpid());
  snprintf(command, sizeof command, SH("echo run >> %s; kill -9 $$"), log);
  llmb_bridge *bridge = bridge_to(command, "retries", "5", NULL);
  llmb_error error;
  CHECK_INT(LLMB_E_ENGINE_CRASHED, ask(bridge, "x", NULL, &error));
  CHECK_INT(LLMB_EXIT_SIGNAL, error.exit_kind);
  CHECK_INT(9, error.exit_value);
  CHECK_INT(0, error.retry_safe);
  CHECK_INT(1, error.attempts);
  FILE *file = fopen(log, "r");
  CHECK(file != NULL && fread(line, 1, sizeof line - 1, file) == 4);
  if (file != NULL) fclose(file);
  CHECK_TEXT("run\n", line);
  unlink(log);
  bridge_vanish(bridge);
}

static void long_stderr__keeps_its_end_and_blocks_nothing(void) {
  llmb_bridge *bridge =
      bridge_to("[\"python3\",\"-c\",\"import sys; sys.stderr.write('x' * 4000000 + 'the end'); exit(1)\"]", NULL);
  llmb_error error;
  CHECK_INT(LLMB_E_ENGINE_ERROR, ask(bridge, "x", NULL, &error));
  CHECK_CONTAINS("the end", error.engine_log);
  bridge_vanish(bridge);
}

static void gigabyte__is_cut_at_output_bytes_in_a_small_engine(void) {
  llmb_bridge *bridge = bridge_to(SH("yes | head -c 1000000000"), NULL);
  llmb_error error;
  bridge_start(bridge);
  const int64_t before_kb = process_status(worker_pid(bridge), "VmRSS");
  CHECK_INT(LLMB_E_OUTPUT_TOO_LARGE, ask(bridge, "x", NULL, &error));
  const int64_t after_kb = process_status(worker_pid(bridge), "VmHWM");
  fprintf(stderr, "the engine had %lld KiB before, %lld at most\n", (long long)before_kb, (long long)after_kb);
  CHECK(after_kb - before_kb < ENGINE_GROWTH_KB_MAX);
  bridge_vanish(bridge);
}

static void host_that_reads_slowly__stops_the_program_not_the_memory(void) {
  llmb_bridge *bridge =
      bridge_to(SH("yes | head -c 30000000"), "output_bytes", "40000000", "stall_timeout_ms", "0", NULL);
  llmb_call *call = call_of(bridge, "x", NULL);
  static uint8_t buffer[1 << 16];
  uint64_t size = 1, total = 0;
  nap_ms(300);
  CHECK(process_status(worker_pid(bridge), "VmHWM") < 4 * ENGINE_GROWTH_KB_MAX);
  while (size > 0) {
    CHECK_INT(LLMB_OK, llmb_call_read(call, buffer, sizeof buffer, LLMB_NEVER, &size, NULL));
    total += size;
  }
  CHECK_INT(30000000, total);
  llmb_call_close(call);
  bridge_vanish(bridge);
}

static void silence__is_no_hang_unless_said(void) {
  llmb_bridge *bridge = bridge_to(SH("sleep 1; echo late"), NULL);
  llmb_error error;
  check_answer(bridge, "x", "late\n");
  llmb_settings *settings = settings_of("stall_timeout_ms", "200", NULL);
  CHECK_INT(LLMB_E_ENGINE_HUNG, ask(bridge, "x", settings, &error));
  llmb_settings_close(settings);
  bridge_vanish(bridge);
}

static void memory_mb__limits_the_program(void) {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  return; /* the engine's own shadow would be over the limit */
#endif
  llmb_bridge *bridge = bridge_to("python3 -c 'x = bytearray(600 << 20)'", "memory_mb", "200", NULL);
  llmb_error error;
  CHECK_INT(LLMB_E_ENGINE_ERROR, ask(bridge, "x", NULL, &error));
  CHECK_CONTAINS("MemoryError", error.engine_log);
  bridge_vanish(bridge);
}

static void answer__can_be_asked_to_be_json(void) {
  llmb_settings *settings = settings_of("expect", "json", NULL);
  llmb_error error;
  llmb_bridge *bridge = bridge_to("cat", NULL);
  CHECK_INT(LLMB_OK, ask(bridge, "{\"a\": [1]}", settings, &error));
  CHECK_INT(LLMB_E_OUTPUT_INVALID, ask(bridge, "no json", settings, &error));
  llmb_settings_close(settings);
  bridge_vanish(bridge);
}

CHECK_MAIN(TEST(stdout__comes_as_it_is_written), TEST(exit_status__is_told_with_the_last_of_stderr),
           TEST(signal__is_told_and_nothing_is_tried_twice), TEST(long_stderr__keeps_its_end_and_blocks_nothing),
           TEST(gigabyte__is_cut_at_output_bytes_in_a_small_engine),
           TEST(host_that_reads_slowly__stops_the_program_not_the_memory), TEST(silence__is_no_hang_unless_said),
           TEST(memory_mb__limits_the_program), TEST(answer__can_be_asked_to_be_json))
