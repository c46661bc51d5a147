/* The bell between threads of the host, by itself: whoever sleeps here looks at nothing else before it does. */
#include "tests/check.h"
#include "tests/unit/wake/wake_host.h"

enum { SWITCHES = 3, DELAYS = 1 };

static struct waker waker;
static bool ended;

static void prepare(void) {
  waker_init(&waker);
  ended = false;
}

static void other_rings(void) {
  waker_ring(&waker);
}

static void host_sleeps(void) {
  struct os_poll_item item;
  if (waker_begin(&waker, &item.handle)) {
    os_poll(&item, 1, LLMB_NEVER);
    waker_end(&waker, item.readable);
  }
  ended = true;
}

static bool verify_ended(void) {
  return ended;
}

static void sleeper__hears_of_a_ring_as_it_falls_asleep(void) {
  const struct model_scenario scenario = {prepare, {other_rings, host_sleeps}, verify_ended};
  unsigned long orders = 0;
  CHECK(model_check(&scenario, SWITCHES, DELAYS, &orders)); /* no wake-up is lost */
  printf("     %lu orders\n", orders);
  CHECK(orders > 10);
}

CHECK_MAIN(TEST(sleeper__hears_of_a_ring_as_it_falls_asleep))
