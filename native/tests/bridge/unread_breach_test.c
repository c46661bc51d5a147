/* Engines that lie or flood where nobody reads: what is put aside for a caller is checked and bounded as well. */
#include <sys/resource.h>

#include "tests/bridge/bridge_harness.h"

enum { SPARE_KB = 32000 };

static int64_t memory_peak_kb(void) {
  struct rusage usage;
  return getrusage(RUSAGE_SELF, &usage) == 0 ? usage.ru_maxrss : -1;
}

/* A call that nobody reads has the only slot, and another one wants it. */
static void check_flood(const char *script, const char *output_bytes, int64_t kept_kb) {
  llmb_bridge *bridge = bridge_of(script, "slots", "1", "output_bytes", output_bytes, NULL);
  llmb_settings *settings = settings_of("timeout_ms", "3000", NULL);
  llmb_error error;
  bridge_start(bridge);
  const int64_t before_kb = memory_peak_kb();
  llmb_call *unread = call_of(bridge, "hello", settings), *other = call_of(bridge, "hello", NULL);
  CHECK_INT(LLMB_OK, llmb_call_poll(other, LLMB_NEVER, NULL)); /* it has the slot now */
  CHECK(memory_peak_kb() - before_kb < kept_kb + SPARE_KB);
  CHECK(read_to_end(unread, NULL, 0, &error) != LLMB_OK);
  llmb_call_close(unread);
  llmb_call_close(other);
  llmb_settings_close(settings);
  bridge_end(bridge);
}

static void unread_flood__keeps_no_more_than_output_bytes(void) {
  check_flood("flood 200000000", "1000000", 1000);
}

static void unread_flood__keeps_no_more_than_a_bridge_may(void) {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  return; /* their allocators keep what was freed */
#endif
  check_flood("flood 200000000", "1000000000", 64 << 10);
}

static void unread_vectors__for_a_text_are_a_protocol_error(void) {
  llmb_bridge *bridge = bridge_of("many_vectors", "home", HARNESS_MODULE_HOME, "slots", "1", NULL);
  llmb_error error;
  bridge_start(bridge);
  const int worker = process_open(worker_pid(bridge));
  llmb_call *unread = call_of(bridge, "hello", NULL);
  CHECK_INT(LLMB_E_PROTOCOL_ERROR, ask(bridge, "hello", NULL, &error));
  CHECK_INT(LLMB_E_PROTOCOL_ERROR, read_to_end(unread, NULL, 0, &error));
  llmb_call_close(unread);
  process_await_end(worker);
  bridge_end(bridge);
}

CHECK_MAIN(TEST(unread_flood__keeps_no_more_than_output_bytes), TEST(unread_flood__keeps_no_more_than_a_bridge_may),
           TEST(unread_vectors__for_a_text_are_a_protocol_error))
