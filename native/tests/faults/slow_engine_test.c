/* Engines that say too little at a time, or never stop: a limit ends the call, and the host's memory does not grow with
 * what the engine says. */
#include "tests/faults/faults_harness.h"

enum { MEGABYTE_KB = 1024, GIBIBYTE = 1 << 30, READ_SIZE = 64 << 10 };

/* A figure of this process, in KiB. */
static int64_t memory_kb(const char *name) {
  return process_status(getpid(), name);
}

/* From here on the peak counts anew. */
static void memory_peak_forget(void) {
  const int file = open("/proc/self/clear_refs", O_WRONLY | O_CLOEXEC);
  CHECK(file >= 0 && write(file, "5", 1) == 1);
  close(file);
}

/* The peak since memory_peak_forget has grown by no more than this; a sanitizer keeps what is freed. */
static void check_growth(int64_t before_kb, int64_t allowed_kb) {
  const int64_t grown_kb = memory_kb("VmHWM") - before_kb;
  printf("     the host grew by %lld KiB, allowed are %lld\n", (long long)grown_kb, (long long)allowed_kb);
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
  CHECK(grown_kb <= allowed_kb);
#endif
}

/* Whoever uses the bridge sees to an engine whose grace is over: here, somebody who only asks whether one is ready. */
static void await_severed(llmb_bridge *bridge, int worker) {
  while (!process_ended(worker)) {
    bridge_start(bridge);
    nap_ms(1);
  }
  close(worker);
}

/* A call with these settings ends so; not before the limit, and how late is printed. */
static void check_limit(const char *order, const char *setting, const char *limit_ms, llmb_status expected) {
  struct faults faults;
  llmb_error error;
  const bool leaves_half_a_frame = strncmp(order, "drip_", 5) == 0;
  faults_open(&faults, "grace_ms", leaves_half_a_frame ? "100" : "60000", NULL);
  faults_check_next(&faults);
  const int worker = process_open(worker_pid(faults.bridge));
  llmb_settings *settings = settings_of(setting, limit_ms, NULL);
  const uint64_t limit_ns = strtoull(limit_ms, NULL, 10) * 1000000u, start_ns = llmb_clock_ns();
  CHECK_INT(expected, faults_ask(&faults, settings, order, &error));
  const uint64_t took_ns = llmb_clock_ns() - start_ns;
  CHECK(took_ns >= limit_ns);
  CHECK_CONTAINS(setting, error.message);
  CHECK_INT(1, error.attempts);
  printf("     \"%s\" ended %.1f ms after %s\n", order, (double)(took_ns - limit_ns) / 1e6, setting);
  if (leaves_half_a_frame) { /* such an engine cannot be used any more */
    await_severed(faults.bridge, worker);
  } else {
    CHECK(!process_ended(worker));
    close(worker);
  }
  llmb_settings_close(settings);
  faults_close(&faults);
}

static void drip_of_pieces__ends_at_the_deadline(void) {
  check_limit("drip 100", "timeout_ms", "450", LLMB_E_DEADLINE_EXCEEDED);
}

static void drip_of_a_head__ends_at_the_deadline(void) {
  check_limit("drip_head 100", "timeout_ms", "450", LLMB_E_DEADLINE_EXCEEDED);
}

static void drip_of_a_head__is_a_stall(void) {
  check_limit("drip_head 100", "stall_timeout_ms", "250", LLMB_E_ENGINE_HUNG);
}

static void drip_of_a_head__is_no_first_token(void) {
  check_limit("drip_head 100", "first_token_timeout_ms", "250", LLMB_E_DEADLINE_EXCEEDED);
}

static void drip_of_one_endless_piece__ends_at_the_deadline(void) {
  check_limit("drip_payload 100", "timeout_ms", "450", LLMB_E_DEADLINE_EXCEEDED);
}

static void silence__is_a_stall(void) {
  check_limit("silence", "stall_timeout_ms", "250", LLMB_E_ENGINE_HUNG);
}

static void beginning__that_cannot_be_is_not_believed(void) {
  static const char *const orders[] = {"began 0", "began 1", "began 18446744073709551615"};
  struct faults faults;
  faults_open(&faults, NULL);
  for (unsigned i = 0; i < sizeof orders / sizeof orders[0]; i++) {
    llmb_result result;
    llmb_result_init(&result);
    llmb_call *call = faults_call(&faults, NULL, orders[i]);
    CHECK_INT(LLMB_OK, llmb_call_finish(call, LLMB_NEVER, &result, NULL));
    CHECK(result.queue_ms <= result.first_token_ms && result.first_token_ms <= result.total_ms);
    llmb_call_close(call);
  }
  faults_close(&faults);
}

/* Reads and forgets, as a caller does that passes an answer on; how much there was. */
static llmb_status stream_away(llmb_call *call, uint64_t *total, llmb_error *error) {
  static uint8_t buffer[READ_SIZE];
  *total = 0;
  for (;;) {
    uint64_t size = 0;
    const llmb_status status = llmb_call_read(call, buffer, sizeof buffer, LLMB_NEVER, &size, error);
    if (status != LLMB_OK || size == 0) return status;
    *total += size;
  }
}

static void check_stream(const char *order, const char *output_bytes, llmb_status expected) {
  struct faults faults;
  llmb_error error;
  uint64_t total = 0;
  llmb_error_init(&error);
  faults_open(&faults, "timeout_ms", "100000", NULL);
  faults_check_next(&faults);
  llmb_settings *settings = settings_of("output_bytes", output_bytes, NULL);
  memory_peak_forget();
  const int64_t before_kb = memory_kb("VmHWM");
  llmb_call *call = faults_call(&faults, settings, order);
  CHECK_INT(expected, stream_away(call, &total, &error));
  check_growth(before_kb, MEGABYTE_KB);
  CHECK(total <= strtoull(output_bytes, NULL, 10));
  if (expected == LLMB_OK) CHECK_INT(strtoull(output_bytes, NULL, 10), total);
  llmb_call_close(call);
  llmb_settings_close(settings);
  faults_close(&faults);
}

static void gibibyte__that_is_allowed_needs_no_memory_to_stream(void) {
  check_stream("answer 1073741824", "1073741824", LLMB_OK);
}

static void gibibyte__and_a_byte_is_too_large(void) {
  check_stream("answer 1073741825", "1073741824", LLMB_E_OUTPUT_TOO_LARGE);
}

/* The whole answer is kept for the caller: as much as is allowed, and no more. */
static void endless_answer__costs_no_more_than_output_bytes(void) {
  enum { ALLOWED_KB = 8 << 10 };
  struct faults faults;
  char prompt[64], *answer = NULL;
  llmb_error error;
  llmb_error_init(&error);
  faults_open(&faults, "output_bytes", "8388608", NULL);
  faults_check_next(&faults);
  memory_peak_forget();
  const int64_t before_kb = memory_kb("VmHWM");
  snprintf(prompt, sizeof prompt, "%u answer %d", ++faults.asked, GIBIBYTE);
  CHECK_INT(LLMB_E_OUTPUT_TOO_LARGE,
            llmb_generate(faults.bridge, (const uint8_t *)prompt, strlen(prompt), NULL, &answer, NULL, NULL, &error));
  CHECK(answer == NULL);
  CHECK_CONTAINS("output_bytes", error.message);
  check_growth(before_kb, ALLOWED_KB + MEGABYTE_KB);
  faults_close(&faults);
}

static void endless_answer__ends_at_the_deadline(void) {
  struct faults faults;
  llmb_error error;
  uint64_t total = 0;
  llmb_error_init(&error);
  faults_open(&faults, NULL);
  faults_check_next(&faults);
  llmb_settings *settings = settings_of("output_bytes", "1073741824", "timeout_ms", "100", NULL);
  memory_peak_forget();
  const int64_t before_kb = memory_kb("VmHWM");
  llmb_call *call = faults_call(&faults, settings, "answer 1000000000000");
  CHECK_INT(LLMB_E_DEADLINE_EXCEEDED, stream_away(call, &total, &error));
  check_growth(before_kb, MEGABYTE_KB);
  llmb_call_close(call);
  llmb_settings_close(settings);
  faults_close(&faults);
}

/* They are kept for another engine to go on from: up to a limit, four bytes each. */
static void endless_tokens__fail_the_call_and_cost_no_more_than_their_limit(void) {
  enum { TOKENS_KB = 2 * (4 << 10) };
  struct faults faults;
  llmb_error error;
  faults_open(&faults, NULL);
  faults_check_next(&faults);
  const int64_t pid = worker_pid(faults.bridge);
  memory_peak_forget();
  const int64_t before_kb = memory_kb("VmHWM");
  CHECK_INT(LLMB_E_PROTOCOL_ERROR, faults_ask(&faults, NULL, "tokens", &error));
  check_growth(before_kb, TOKENS_KB + MEGABYTE_KB);
  CHECK_CONTAINS("tokens", error.message);
  faults_check_next(&faults);
  CHECK_INT(pid, worker_pid(faults.bridge)); /* it gives up when it is told to */
  faults_close(&faults);
}

CHECK_MAIN(TEST(drip_of_pieces__ends_at_the_deadline), TEST(drip_of_a_head__ends_at_the_deadline),
           TEST(drip_of_a_head__is_a_stall), TEST(drip_of_a_head__is_no_first_token),
           TEST(drip_of_one_endless_piece__ends_at_the_deadline), TEST(silence__is_a_stall),
           TEST(beginning__that_cannot_be_is_not_believed), TEST(gibibyte__that_is_allowed_needs_no_memory_to_stream),
           TEST(gibibyte__and_a_byte_is_too_large), TEST(endless_answer__costs_no_more_than_output_bytes),
           TEST(endless_answer__ends_at_the_deadline),
           TEST(endless_tokens__fail_the_call_and_cost_no_more_than_their_limit))
