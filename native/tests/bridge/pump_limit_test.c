/* The limits of calls that are watched while the pump sleeps already. */
#include "tests/bridge/bridge_harness.h"

/* Waits in the pump, asleep in it before anything else is watched. */
static void *pump_run(void *argument) {
  llmb_bridge *bridge = argument;
  static uint64_t token;
  uint32_t reported = 0;
  CHECK_INT(LLMB_OK, llmb_pump_wait(bridge, &token, 1, llmb_deadline_after_ms(20000), &reported, NULL));
  CHECK_INT(1, reported);
  return &token;
}

/* A call that is watched while the pump sleeps, whose limit passes first: the pump slept until another's. */
static void pump__that_sleeps_keeps_an_earlier_limit_of_a_later_call(void) {
  static const char *const limits[] = {"timeout_ms", "stall_timeout_ms", "first_token_timeout_ms"};
  for (unsigned i = 0; i < sizeof limits / sizeof limits[0]; i++) {
    llmb_bridge *bridge = bridge_of("pieces 1 0; hang", "timeout_ms", "6000", "grace_ms", "50", NULL);
    llmb_settings *early = settings_of(limits[i], "150", NULL);
    pthread_t pump;
    void *reported = NULL;
    bridge_start(bridge);
    /* Stopped, it says nothing more: only limits bring news. */
    process_signal(worker_pid(bridge), SIGSTOP);
    llmb_call *late = call_of(bridge, "hello", NULL), *soon = NULL;
    CHECK_INT(LLMB_OK, llmb_call_watch(late, 1, NULL));
    CHECK_INT(0, pthread_create(&pump, NULL, pump_run, bridge));
    nap_ms(50); /* it sleeps now */
    soon = call_of(bridge, "hello", early);
    CHECK_INT(LLMB_OK, llmb_call_watch(soon, 2, NULL));
    CHECK_INT(0, pthread_join(pump, &reported));
    CHECK_INT(2, *(uint64_t *)reported);
    CHECK_INT(LLMB_OK, llmb_call_poll(soon, 0, NULL));
    CHECK_INT(LLMB_E_NOT_READY, llmb_call_poll(late, 0, NULL)); /* its own limit has not passed */
    llmb_call_close(soon);
    llmb_call_close(late);
    llmb_settings_close(early);
    bridge_end(bridge);
  }
}

CHECK_MAIN(TEST(pump__that_sleeps_keeps_an_earlier_limit_of_a_later_call))
