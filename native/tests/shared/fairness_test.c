/* Nobody is kept waiting by another program's flood, and nobody loses by it. */
#include "tests/shared/shared_harness.h"

enum { QUESTIONS = 30, FLOOD = 1000 };

static bool has_answered(struct shared_host *host) {
  struct pollfd item = {.fd = fileno(host->answers), .events = POLLIN};
  return poll(&item, 1, 0) == 1;
}

static void flood_of_a_thousand_calls__delays_another_program_by_one_turn_each(void) {
  shared_begin();
  struct shared_host *flooder = host_open("pieces 2 5", "slots", "2", "queue", "2000", "timeout_ms", "600000", NULL);
  struct shared_host *other = host_open("pieces 2 5", "slots", "2", NULL);
  CHECK_CONTAINS("ok ", host_do(flooder, "ask first"));
  char command[32];
  snprintf(command, sizeof command, "flood %d", FLOOD);
  host_tell(flooder, command);
  for (int i = 0; i < QUESTIONS; i++) CHECK_CONTAINS("ok ", host_do(other, "ask one"));
  /* In the order of their coming, the first of these would have been the thousandth. */
  CHECK(!has_answered(flooder));
  CHECK_TEXT("ok 1000", host_hear(flooder));
  host_close(other);
  host_close(flooder);
  shared_end();
}

/* What it was in the middle of goes on as far as there is room, and waits for it. */
static void stopped_program__keeps_nobody_else_from_being_answered(void) {
  shared_begin();
  struct shared_host *stopped = host_open("pieces 100 10", "slots", "2", NULL);
  struct shared_host *other = host_open("pieces 100 10", "slots", "2", NULL);
  CHECK_TEXT("ok", host_do(stopped, "start a"));
  CHECK_CONTAINS("ok piece 1", host_do(stopped, "part"));
  kill(stopped->pid, SIGSTOP);
  for (int i = 0; i < 3; i++) CHECK_CONTAINS("piece 100", host_do(other, "ask b"));
  kill(stopped->pid, SIGCONT);
  CHECK_CONTAINS("piece 100", host_do(stopped, "read"));
  host_close(stopped);
  host_close(other);
  shared_end();
}

CHECK_MAIN(TEST(flood_of_a_thousand_calls__delays_another_program_by_one_turn_each),
           TEST(stopped_program__keeps_nobody_else_from_being_answered))
