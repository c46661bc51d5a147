/* A server's start, and what may go wrong with it: rows 5, 6, 13 and 14 of the table of races. */
#include <poll.h>
#include <sys/inotify.h>

#include <llmbridge/llmbridge.h>

#include "tests/shared/shared_liar.h"

enum { ROUNDS = 10, BACKLOG_MORE = 512, DEATHS_ALLOWED = 2, PROGRAMS = 4 };

/* Waits until the folder of servers, or the one it lies in, gets a file of this ending. */
static void await_file(int watch, const char *ending) {
  _Alignas(struct inotify_event) char events[4096];
  for (;;) {
    const ssize_t size = read(watch, events, sizeof events);
    for (ssize_t at = 0; at < size;) {
      const struct inotify_event *event = (const struct inotify_event *)(const void *)(events + at);
      const size_t length = event->len > 0 ? strlen(event->name) : 0, end = strlen(ending);
      if (length == 32 + end && strcmp(event->name + 32, ending) == 0) return;
      at += (ssize_t)(sizeof *event + event->len);
    }
  }
}

static int watch_folder(void) {
  char path[SHARED_PATH_SIZE];
  shared_path("", path);
  (void)mkdir(path, 0700);
  const int watch = inotify_init1(IN_CLOEXEC);
  CHECK(inotify_add_watch(watch, path, IN_MOVED_TO) >= 0);
  return watch;
}

static void connection_file__is_there_only_when_somebody_listens(void) {
  shared_begin();
  for (int i = 0; i < ROUNDS; i++) {
    const int watch = watch_folder();
    struct shared_host *one = host_open("echo", NULL);
    host_tell(one, "ask hello");
    await_file(watch, SHARE_CARD);
    const int server = connect_by_hand();
    close(server);
    CHECK_TEXT("hello", (host_hear(one), host_answer(one, NULL)));
    host_close(one);
    shared_stop();
    close(watch);
  }
  shared_end();
}

/* Whatever dies before it has served anybody counts for all: however many programs want it. */
static void servers_that_die_at_their_start__are_started_as_often_as_one_program_may(void) {
  struct shared_host *hosts[PROGRAMS];
  char name[256] = "", path[SHARED_PATH_SIZE];
  int64_t engine = 0;
  pid_t killed = 0;
  unsigned servers = 0;
  shared_begin();
  for (int i = 0; i < PROGRAMS; i++) {
    hosts[i] = host_open("slow_start 600000", "restart_limit", "2", "restart_window_ms", "600000", NULL);
  }
  for (int i = 0; i < PROGRAMS; i++) host_tell(hosts[i], "ask hello");
  /* Each server that serves is killed; the last one refuses to. A card stays until the next server's takes its place:
   * one that is removed here may be the next one's by then, which dies of that or is never seen. */
  for (int answered = 0; answered < PROGRAMS;) {
    const pid_t server = shared_server();
    if (server > 0 && server != killed && kill(server, SIGKILL) == 0) {
      shared_await_end(server);
      killed = server;
      servers++;
      continue;
    }
    struct pollfd item = {.fd = fileno(hosts[answered]->answers), .events = POLLIN};
    if (poll(&item, 1, 10) > 0) {
      CHECK_CONTAINS("error ", host_hear(hosts[answered]));
      answered++;
    }
  }
  CHECK_INT(DEATHS_ALLOWED + 1, servers);
  /* Another program learns at once why there is none. */
  struct shared_host *late = host_open("slow_start 600000", "restart_limit", "0", NULL);
  host_do(late, "ask hello");
  CHECK_CONTAINS("the shared engine's server has died", late->answer);
  host_close(late);
  for (int i = 0; i < PROGRAMS; i++) host_close(hosts[i]);
  CHECK_INT(1, shared_files(".json", name)); /* the last one's that was killed */
  shared_path(name, path);
  CHECK_INT(0, unlink(path));
  /* Another key is not concerned. */
  struct shared_host *other = host_open("echo", NULL);
  host_do(other, "ask hello");
  CHECK_TEXT("hello", host_answer(other, &engine));
  host_close(other);
  shared_stop();
  CHECK_INT(1, shared_files(".sock", name)); /* and its socket */
  shared_path(name, path);
  CHECK_INT(0, unlink(path));
  shared_end();
}

static void full_backlog__costs_a_call_its_own_time_and_no_more(void) {
  int held[BACKLOG_MORE];
  int count = 0;
  shared_begin();
  struct shared_host *one = host_open("echo", NULL);
  host_do(one, "ask hello");
  const pid_t server = shared_server();
  kill(server, SIGSTOP);
  char name[256] = "", path[SHARED_PATH_SIZE];
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  CHECK_INT(1, shared_files(SHARE_SOCKET, name));
  shared_path(name, path);
  snprintf(address.sun_path, sizeof address.sun_path, "%.107s", path);
  while (count < BACKLOG_MORE) {
    held[count] = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    const int failed = connect(held[count++], (const struct sockaddr *)&address, sizeof address);
    if (failed != 0) break;
  }
  CHECK(count < BACKLOG_MORE);
  struct shared_host *late = host_open("echo", "timeout_ms", "700", NULL);
  const uint64_t until_ns = llmb_deadline_after_ms(700 + 250);
  CHECK_CONTAINS("error 5 ", host_do(late, "ask hello")); /* deadline_exceeded */
  CHECK(llmb_clock_ns() > until_ns - UINT64_C(250000000));
  for (int i = 0; i < count; i++) close(held[i]);
  kill(server, SIGCONT);
  host_close(late);
  struct shared_host *again = host_open("echo", NULL);
  host_do(again, "ask hello");
  CHECK_TEXT("hello", host_answer(again, NULL));
  host_close(again);
  host_close(one);
  shared_end();
}

/* What a machine that went down leaves: all three files, of a server whose number is anybody's now. */
static void files_of_an_earlier_boot__are_nobodys(void) {
  char path[SHARED_PATH_SIZE], name[256] = "", text[512];
  static char record[4096];
  shared_begin();
  struct shared_host *one = host_open("echo", "restart_limit", "0", NULL);
  host_do(one, "ask hello");
  const pid_t server = shared_server();
  kill(server, SIGKILL);
  shared_await_end(server);
  const pid_t bystander = fork();
  if (bystander == 0) {
    for (;;) pause();
  }
  CHECK_INT(1, shared_files(".json", name));
  shared_path(name, path);
  FILE *card = fopen(path, "w");
  snprintf(text, sizeof text, "{\"pid\":%d,\"start_time\":1,\"boot_id\":\"00000000-0000-0000-0000-000000000000\"}",
           (int)bystander);
  if (card != NULL) fputs(text, card);
  if (card != NULL) fclose(card);
  /* Deaths that were counted then, by a server that was just beginning. */
  CHECK_INT(1, shared_files(".live", name));
  shared_path(name, path);
  FILE *live = fopen(path, "r+");
  CHECK(live != NULL && fread(record, 1, sizeof record, live) > 52);
  memset(record + 8, '0', 36); /* the boot's */
  record[44] = 1;              /* begins */
  record[48] = 9;              /* deaths */
  if (live != NULL) rewind(live);
  if (live != NULL) fwrite(record, 1, sizeof record, live);
  if (live != NULL) fclose(live);
  struct shared_host *other = host_open("echo", "restart_limit", "0", NULL);
  host_do(other, "ask hello");
  CHECK_TEXT("hello", host_answer(other, NULL));
  CHECK(shared_server() != bystander);
  CHECK_INT(0, waitpid(bystander, NULL, WNOHANG));
  kill(bystander, SIGKILL);
  CHECK_INT(bystander, waitpid(bystander, NULL, 0));
  host_close(other);
  host_close(one);
  shared_end();
}

CHECK_MAIN(TEST(connection_file__is_there_only_when_somebody_listens),
           TEST(servers_that_die_at_their_start__are_started_as_often_as_one_program_may),
           TEST(full_backlog__costs_a_call_its_own_time_and_no_more), TEST(files_of_an_earlier_boot__are_nobodys))
