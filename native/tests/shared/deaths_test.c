/* The engine dies, or its server does: what becomes of everybody's calls. */
#include "tests/shared/shared_harness.h"

/* Two programs with a call each of which the engine has said the beginning, and which it would never end: only an
 * engine that is given the beginning again says the rest. */
struct two {
  struct shared_host *one, *other;
  int64_t engine;
};

static struct two two_begun_calls(void) {
  struct two two = {.one = host_open("lasting", "home", HARNESS_MODULE_HOME, NULL),
                    .other = host_open("lasting", "home", HARNESS_MODULE_HOME, NULL)};
  CHECK_TEXT("ok", host_do(two.one, "start a"));
  CHECK_TEXT("ok begun", host_do(two.one, "part"));
  CHECK_TEXT("ok", host_do(two.other, "start b"));
  CHECK_TEXT("ok begun", host_do(two.other, "part"));
  CHECK_CONTAINS("ok ", host_do(two.one, "pid"));
  two.engine = strtoll(two.one->answer + 3, NULL, 10);
  CHECK(two.engine > 0);
  return two;
}

static void both_go_on_with_another_engine(const struct two *two) {
  int64_t first = 0, second = 0;
  host_tell(two->one, "read");
  host_tell(two->other, "read");
  host_hear(two->one);
  host_hear(two->other);
  CHECK_TEXT("rest", host_answer(two->one, &first));
  CHECK_TEXT("rest", host_answer(two->other, &second));
  CHECK_INT(first, second);
  CHECK(first != two->engine);
}

static void two_close(const struct two *two) {
  host_close(two->one);
  host_close(two->other);
}

static void engine_that_dies__is_replaced_and_the_calls_of_all_programs_go_on_from_their_own_tokens(void) {
  shared_begin();
  const struct two two = two_begun_calls();
  const pid_t server = shared_server();
  kill((pid_t)two.engine, SIGKILL);
  both_go_on_with_another_engine(&two);
  CHECK_INT(server, shared_server());
  two_close(&two);
  shared_end();
}

static void server_that_dies__takes_its_engine_along_and_another_one_serves(void) {
  shared_begin();
  const struct two two = two_begun_calls();
  const pid_t server = shared_server();
  kill(server, SIGKILL);
  both_go_on_with_another_engine(&two);
  CHECK(server != shared_server());
  shared_await_end((pid_t)two.engine);
  two_close(&two);
  shared_end();
}

static void request_that_kills_engines__is_its_own_programs_and_nobody_elses(void) {
  shared_begin();
  struct shared_host *guilty = host_open("by_prompt", "home", HARNESS_MODULE_HOME, NULL);
  struct shared_host *innocent = host_open("by_prompt", "home", HARNESS_MODULE_HOME, NULL);
  host_do(innocent, "ask hello");
  CHECK_TEXT("hello", host_answer(innocent, NULL));
  host_tell(guilty, "ask kill");
  for (int i = 0; i < 10; i++) {
    host_do(innocent, "ask slow");
    CHECK_TEXT("slow", host_answer(innocent, NULL));
  }
  CHECK_CONTAINS("error 18 ", host_hear(guilty)); /* poisoned */
  host_do(guilty, "ask hello");
  CHECK_TEXT("hello", host_answer(guilty, NULL));
  host_close(innocent);
  host_close(guilty);
  shared_end();
}

static void program_that_dies_in_the_middle_of_a_call__takes_nothing_from_others(void) {
  int64_t engine = 0, later = 0;
  shared_begin();
  struct shared_host *one = host_open("pieces 1000000 5", "slots", "1", "timeout_ms", "86400000", NULL);
  CHECK_TEXT("ok", host_do(one, "start a"));
  CHECK_CONTAINS("ok ", host_do(one, "part"));
  struct shared_host *other = host_open("pieces 1000000 5", "slots", "1", NULL);
  CHECK_TEXT("ok", host_do(other, "start b")); /* the engine's only place is taken */
  CHECK_CONTAINS("ok ", host_do(one, "pid"));
  engine = strtoll(one->answer + 3, NULL, 10);
  host_kill(one);
  CHECK_CONTAINS("ok ", host_do(other, "part"));
  CHECK_CONTAINS("ok ", host_do(other, "pid"));
  later = strtoll(other->answer + 3, NULL, 10);
  CHECK_INT(engine, later);
  host_kill(other);
  shared_end();
}

CHECK_MAIN(TEST(engine_that_dies__is_replaced_and_the_calls_of_all_programs_go_on_from_their_own_tokens),
           TEST(server_that_dies__takes_its_engine_along_and_another_one_serves),
           TEST(request_that_kills_engines__is_its_own_programs_and_nobody_elses),
           TEST(program_that_dies_in_the_middle_of_a_call__takes_nothing_from_others))
