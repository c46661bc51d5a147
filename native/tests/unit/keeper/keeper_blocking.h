/* A keeper's start and end for tests that have nothing else to do meanwhile: the library itself never waits for a
 * greeting. */
#ifndef LLMB_TESTS_KEEPER_BLOCKING_H
#define LLMB_TESTS_KEEPER_BLOCKING_H

#include "keeper/keeper_client.h"
#include "platform/os_clock.h"
#include "platform/os_poll.h"

/* Launches the keeper and waits for its greeting; on failure *out_keeper is NULL. */
__attribute__((unused)) static llmb_status keeper_start(const char *program, struct keeper **out_keeper,
                                                        llmb_error *error) {
  struct keeper *keeper = NULL;
  *out_keeper = NULL;
  llmb_status status = keeper_launch(program, &keeper, error);
  if (status != LLMB_OK) return status;
  while ((status = keeper_greeting(keeper, os_clock_ns(), error)) == LLMB_E_NOT_READY) {
    struct os_poll_item item = {.handle = keeper_greeting_handle(keeper)};
    (void)os_poll(&item, 1, keeper_greeting_until_ns(keeper));
  }
  if (status == LLMB_OK) {
    *out_keeper = keeper;
  } else {
    keeper_abandon(keeper);
  }
  return status;
}

/* Says goodbye and waits for the keeper's end. NULL is fine. */
__attribute__((unused)) static void keeper_stop(struct keeper *keeper) {
  if (keeper == NULL) return;
  keeper_say_goodbye(keeper);
  keeper_await_end(keeper);
}

#endif
