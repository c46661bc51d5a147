/* Programs that come, go and die at the worst moments. Each test is one row of the table of races in docs/shared.md. */
#include "tests/shared/shared_harness.h"

enum { PROGRAMS = 8, ROUNDS = 20 };

/* The path of the only file of this ending. */
static void only_file(const char *ending, char path[SHARED_PATH_SIZE]) {
  char name[256] = "";
  CHECK_INT(1, shared_files(ending, name));
  shared_path(name, path);
}

static void programs_that_come_at_once__find_one_engine(void) {
  struct shared_host *hosts[PROGRAMS];
  int64_t first = 0, engine = 0;
  shared_begin();
  for (int i = 0; i < PROGRAMS; i++) hosts[i] = host_open("echo", NULL);
  for (int i = 0; i < PROGRAMS; i++) host_tell(hosts[i], "ask hello");
  for (int i = 0; i < PROGRAMS; i++) {
    host_hear(hosts[i]);
    CHECK_TEXT("hello", host_answer(hosts[i], &engine));
    if (i == 0) first = engine;
    CHECK_INT(first, engine);
  }
  CHECK_INT(1, shared_files(".sock", NULL));
  CHECK_INT(1, shared_files(".json", NULL));
  for (int i = 0; i < PROGRAMS; i++) host_close(hosts[i]);
  shared_end();
}

static void first_program__has_one_server_started(void) {
  shared_begin();
  struct shared_host *one = host_open("echo", "restart_limit", "0", NULL);
  host_do(one, "ask hello");
  CHECK_TEXT("hello", host_answer(one, NULL));
  CHECK_TEXT("ok 1", host_do(one, "starts"));
  host_close(one);
  shared_end();
}

static void server_that_leaves__loses_nobody_who_comes_at_that_moment(void) {
  struct shared_host *hosts[3];
  shared_begin();
  for (int i = 0; i < 3; i++) hosts[i] = host_open("echo", "idle_ms", "1", NULL);
  for (int round = 0; round < ROUNDS; round++) {
    for (int i = 0; i < 3; i++) host_tell(hosts[i], "ask hello");
    for (int i = 0; i < 3; i++) {
      host_hear(hosts[i]);
      CHECK_TEXT("hello", host_answer(hosts[i], NULL));
    }
    shared_nap_ms((unsigned)round % 7);
  }
  for (int i = 0; i < 3; i++) host_close(hosts[i]);
  shared_end();
}

static void connection_file_of_a_dead_server__misleads_nobody(void) {
  char path[SHARED_PATH_SIZE];
  int64_t engine = 0, again = 0;
  shared_begin();
  struct shared_host *one = host_open("echo", NULL);
  host_do(one, "ask hello");
  host_answer(one, &engine);
  const pid_t server = shared_server();
  kill(server, SIGKILL);
  shared_await_end((pid_t)engine);
  /* Its files are all still there, and name a number that may be anybody's by now. */
  only_file(".json", path);
  only_file(".sock", path);
  struct shared_host *other = host_open("echo", NULL);
  host_do(other, "ask hello");
  CHECK_TEXT("hello", host_answer(other, &engine));
  host_do(one, "ask hello");
  CHECK_TEXT("hello", host_answer(one, &again));
  CHECK_INT(engine, again);
  CHECK(shared_server() != server);
  host_close(other);
  host_close(one);
  shared_end();
}

static void lock_file_that_was_removed__does_not_give_a_second_server(void) {
  char path[SHARED_PATH_SIZE];
  int64_t engine = 0, again = 0;
  shared_begin();
  struct shared_host *one = host_open("echo", NULL);
  host_do(one, "ask hello");
  host_answer(one, &engine);
  only_file(".live", path);
  CHECK_INT(0, unlink(path));
  struct shared_host *other = host_open("echo", NULL);
  host_do(other, "ask hello");
  host_answer(other, &again);
  CHECK_INT(engine, again);
  host_close(other);
  host_close(one);
  shared_end();
}

static void socket_that_a_cleaner_removed__is_made_anew(void) {
  char path[SHARED_PATH_SIZE];
  int64_t engine = 0, again = 0;
  shared_begin();
  struct shared_host *one = host_open("echo", NULL);
  host_do(one, "ask hello");
  host_answer(one, &engine);
  only_file(".sock", path);
  CHECK_INT(0, unlink(path));
  struct shared_host *other = host_open("echo", NULL);
  host_do(other, "ask hello");
  CHECK_TEXT("hello", host_answer(other, &again));
  CHECK_INT(engine, again);
  host_close(other);
  host_close(one);
  shared_end();
}

static void server_that_is_stopped__is_named_and_nobody_starts_a_second_one(void) {
  char number[32];
  int64_t engine = 0;
  shared_begin();
  struct shared_host *one = host_open("echo", NULL);
  host_do(one, "ask hello");
  host_answer(one, &engine);
  const pid_t server = shared_server();
  kill(server, SIGSTOP);
  /* Who is attached needs no server. */
  host_do(one, "ask still");
  CHECK_TEXT("still", host_answer(one, NULL));
  struct shared_host *other = host_open("echo", "restart_limit", "0", NULL);
  CHECK_CONTAINS("error 4 ", host_do(other, "ask hello")); /* start_timeout */
  snprintf(number, sizeof number, "process %d", (int)server);
  CHECK_CONTAINS(number, other->answer);
  CHECK_CONTAINS("llmbridge shared stop", other->answer);
  kill(server, SIGCONT);
  host_close(other);
  host_do(one, "ask again");
  CHECK_TEXT("again", host_answer(one, NULL));
  host_close(one);
  shared_end();
}

static void forked_child_of_a_program__keeps_neither_lock_nor_engine(void) {
  int64_t engine = 0, again = 0;
  shared_begin();
  struct shared_host *one = host_open("echo", "idle_ms", "300", NULL);
  host_do(one, "ask hello");
  host_answer(one, &engine);
  CHECK_CONTAINS("ok ", host_do(one, "fork"));
  const pid_t child = (pid_t)strtol(one->answer + 3, NULL, 10);
  const pid_t server = shared_server();
  host_kill(one);
  shared_await_end((pid_t)engine);
  shared_await_end(server);
  struct shared_host *other = host_open("echo", NULL);
  host_do(other, "ask hello");
  CHECK_TEXT("hello", host_answer(other, &again));
  CHECK(engine != again);
  host_close(other);
  kill(child, SIGKILL);
  shared_end();
}

static void folder_that_is_not_its_users_alone__is_refused(void) {
  char path[SHARED_PATH_SIZE];
  shared_begin();
  shared_path("", path);
  CHECK_INT(0, mkdir(path, 0755));
  CHECK_INT(0, chmod(path, 0755));
  struct shared_host *one = host_open("echo", NULL);
  CHECK_CONTAINS("not this user's alone", host_do(one, "ask hello"));
  CHECK_CONTAINS(path, one->answer);
  host_close(one);
  shared_end();
}

/* Puts a folder in place of the lock's file: no server can lock it. */
static void spoil_lock(char path[SHARED_PATH_SIZE]) {
  struct shared_host *one = host_open("echo", NULL);
  host_do(one, "ask hello");
  CHECK_TEXT("hello", host_answer(one, NULL));
  host_close(one);
  shared_stop();
  only_file(".live", path);
  CHECK_INT(0, unlink(path));
  CHECK_INT(0, mkdir(path, 0700));
}

static void server_that_cannot_serve__says_why_at_once(void) {
  char path[SHARED_PATH_SIZE];
  shared_begin();
  spoil_lock(path);
  struct shared_host *one = host_open("echo", "restart_limit", "0", NULL);
  CHECK_CONTAINS("error 3 ", host_do(one, "ask hello")); /* spawn_failed */
  CHECK_CONTAINS("no shared engine can be served", one->answer);
  CHECK_CONTAINS("Is a directory", one->answer);
  CHECK_TEXT("ok 1", host_do(one, "starts"));
  host_close(one);
  CHECK_INT(0, rmdir(path));
  shared_end();
}

CHECK_MAIN(TEST(programs_that_come_at_once__find_one_engine), TEST(first_program__has_one_server_started),
           TEST(server_that_leaves__loses_nobody_who_comes_at_that_moment),
           TEST(connection_file_of_a_dead_server__misleads_nobody),
           TEST(lock_file_that_was_removed__does_not_give_a_second_server),
           TEST(socket_that_a_cleaner_removed__is_made_anew),
           TEST(server_that_is_stopped__is_named_and_nobody_starts_a_second_one),
           TEST(forked_child_of_a_program__keeps_neither_lock_nor_engine),
           TEST(folder_that_is_not_its_users_alone__is_refused), TEST(server_that_cannot_serve__says_why_at_once))
