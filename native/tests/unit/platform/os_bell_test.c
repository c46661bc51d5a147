/* Doorbells against another side that closes, fills or spoils whatever it has of them. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <llmbridge/status.h>

#include "platform/os_bell.h"
#include "platform/os_post.h"
#include "platform/os_socket.h"
#include "tests/check.h"

enum { RINGS = 10000, LARGE_PIPE_SIZE = 1 << 20 };

struct bell {
  os_handle hears, rings;
};

static struct bell bell_of(enum os_bell_ringer ringer) {
  struct bell bell;
  int os_code = 0;
  CHECK_INT(LLMB_OK, os_bell_create(ringer, &bell.hears, &bell.rings, &os_code));
  return bell;
}

/* As between host and engine: the host's end can only send. */
static struct bell bell_of_socket(void) {
  os_handle pair[2];
  int os_code = 0;
  CHECK_INT(LLMB_OK, os_socket_pair(pair, &os_code));
  os_socket_only_send(pair[0]);
  return (struct bell){.hears = pair[1], .rings = pair[0]};
}

static void bell_close(struct bell *bell) {
  os_handle_close(bell->hears);
  os_handle_close(bell->rings);
}

static bool has_rung(const struct bell *bell) {
  struct pollfd item = {.fd = os_handle_number(bell->hears), .events = POLLIN};
  return poll(&item, 1, 0) > 0;
}

static void ring(enum os_bell_ringer ringer, const struct bell *bell) {
  if (ringer == OS_BELL_PROCESS) {
    os_bell_ring_across(bell->rings);
  } else {
    os_bell_ring(bell->rings);
  }
}

static void bell__rung_any_number_of_times_is_heard_once(void) {
  for (int ringer = OS_BELL_THREAD; ringer <= OS_BELL_PROCESS; ringer++) {
    struct bell bell = bell_of((enum os_bell_ringer)ringer);
    CHECK(!has_rung(&bell));
    CHECK_INT(OS_BELL_CLEAR, os_bell_clear(bell.hears)); /* never waits */
    for (int i = 0; i < RINGS; i++) ring((enum os_bell_ringer)ringer, &bell);
    CHECK(has_rung(&bell));
    CHECK_INT(OS_BELL_CLEAR, os_bell_clear(bell.hears));
    CHECK(!has_rung(&bell));
    ring((enum os_bell_ringer)ringer, &bell);
    CHECK(has_rung(&bell));
    bell_close(&bell);
  }
}

/* With SIGPIPE at its default, which would end this test. */
static void ring__into_a_bell_that_nobody_hears_any_more_is_no_signal(void) {
  signal(SIGPIPE, SIG_DFL);
  struct bell bells[] = {bell_of(OS_BELL_THREAD), bell_of_socket()};
  for (int b = 0; b < 2; b++) {
    os_bell_ring(bells[b].rings); /* one is not taken */
    bells[b].hears = os_handle_close(bells[b].hears);
    for (int i = 0; i < RINGS; i++) os_bell_ring(bells[b].rings);
    bell_close(&bells[b]);
  }
}

static void ring__across_is_no_death_where_it_was_ignored(void) {
  const pid_t child = fork();
  if (child == 0) {
    struct bell bell = bell_of(OS_BELL_PROCESS);
    signal(SIGPIPE, SIG_DFL);
    os_bell_ignore_end();
    bell.hears = os_handle_close(bell.hears);
    for (int i = 0; i < RINGS; i++) os_bell_ring_across(bell.rings);
    _exit(7);
  }
  int status = 0;
  CHECK_INT(child, waitpid(child, &status, 0));
  CHECK_INT(7, WIFEXITED(status) ? WEXITSTATUS(status) : -1);
}

/* What an engine does to all that it has, before this side rings and clears: by the descriptors alone, since another
 * process has its own table but the same open files. */
static void spoil(int number) {
  static char rings[4096];
  while (write(number, rings, sizeof rings) > 0) continue;
  while (write(number, rings, 1) > 0) continue;
  fcntl(number, F_SETFL, O_ASYNC);
  fcntl(number, F_SETFL, 0); /* O_NONBLOCK is off */
}

static void bell__with_an_end_that_was_made_blocking_never_makes_the_other_side_wait(void) {
  signal(SIGPIPE, SIG_IGN);
  struct bell from_engine = bell_of(OS_BELL_PROCESS);
  spoil(os_handle_number(from_engine.rings));
  CHECK_INT(OS_BELL_CLEAR, os_bell_clear(from_engine.hears));
  CHECK_INT(OS_BELL_CLEAR, os_bell_clear(from_engine.hears)); /* when there is nothing to read */
  bell_close(&from_engine);
  struct bell to_engine = bell_of_socket();
  fcntl(os_handle_number(to_engine.hears), F_SETFL, 0);
  for (int i = 0; i < RINGS; i++) os_bell_ring(to_engine.rings); /* far more than fit */
  shutdown(os_handle_number(to_engine.hears), SHUT_RDWR);
  for (int i = 0; i < RINGS; i++) os_bell_ring(to_engine.rings);
  bell_close(&to_engine);
}

/* What an engine could send back: nothing, and no descriptor with it. */
static void socket__that_only_sends_gets_nothing_and_no_descriptor(void) {
  signal(SIGPIPE, SIG_IGN);
  struct bell bell = bell_of_socket();
  int os_code = 0;
  CHECK_INT(LLMB_E_UNAVAILABLE, os_socket_send(bell.hears, "x", 1, NULL, 0, &os_code));
  CHECK_INT(LLMB_E_UNAVAILABLE, os_socket_send(bell.hears, "x", 1, &bell.hears, 1, &os_code));
  CHECK_INT(EPIPE, os_code);
  CHECK(!has_rung(&bell));
  os_bell_ring(bell.rings);
  CHECK_INT(OS_BELL_CLEAR, os_bell_clear(bell.hears));
  bell.rings = os_handle_close(bell.rings);
  CHECK_INT(OS_BELL_OVER, os_bell_clear(bell.hears));
  bell_close(&bell);
}

static void clear__of_a_flood_ends_and_says_so(void) {
  static char rings[LARGE_PIPE_SIZE];
  struct bell bell = bell_of(OS_BELL_PROCESS);
  const int number = os_handle_number(bell.rings);
  CHECK_INT(LARGE_PIPE_SIZE, fcntl(number, F_SETPIPE_SZ, LARGE_PIPE_SIZE));
  CHECK_INT(LARGE_PIPE_SIZE, write(number, rings, sizeof rings));
  CHECK_INT(OS_BELL_FLOODED, os_bell_clear(bell.hears));
  CHECK(has_rung(&bell)); /* it was given up, not emptied */
  bell_close(&bell);
}

static void clear__says_when_nobody_can_ring_any_more(void) {
  for (int ringer = OS_BELL_THREAD; ringer <= OS_BELL_PROCESS; ringer++) {
    struct bell bell = bell_of((enum os_bell_ringer)ringer);
    ring((enum os_bell_ringer)ringer, &bell);
    bell.rings = os_handle_close(bell.rings);
    CHECK_INT(OS_BELL_CLEAR, os_bell_clear(bell.hears));
    CHECK_INT(OS_BELL_OVER, os_bell_clear(bell.hears));
    bell_close(&bell);
  }
}

/* What the host has in place of a descriptor that it closed. */
static int file_at(os_handle handle, const char *text) {
  char path[] = "/tmp/llmbridge-bell-XXXXXX";
  const int file = mkstemp(path);
  unlink(path);
  CHECK_INT(strlen(text), write(file, text, strlen(text)));
  CHECK_INT(0, lseek(file, 0, SEEK_SET));
  CHECK_INT(os_handle_number(handle), dup2(file, os_handle_number(handle)));
  close(file);
  return os_handle_number(handle);
}

static void check_file(int number) {
  char text[16] = "";
  struct stat info;
  CHECK_INT(0, fstat(number, &info));
  CHECK_INT(8, info.st_size);
  CHECK_INT(0, lseek(number, 0, SEEK_CUR)); /* nothing was read of it either */
  CHECK_INT(8, pread(number, text, sizeof text, 0));
  CHECK_TEXT("precious", text);
  close(number);
}

static void file__in_the_place_of_an_end_stays_as_it_is(void) {
  struct bell bells[] = {bell_of(OS_BELL_THREAD), bell_of(OS_BELL_PROCESS), bell_of_socket()};
  for (int b = 0; b < 3; b++) {
    const uint32_t losses = os_handle_losses();
    const int hears = file_at(bells[b].hears, "precious"), rings = file_at(bells[b].rings, "precious");
    for (int i = 0; i < 3; i++) os_bell_ring(bells[b].rings);
    CHECK_INT(OS_BELL_OVER, os_bell_clear(bells[b].hears));
    CHECK_INT(OS_HANDLE_NONE, os_handle_close(bells[b].hears));
    CHECK_INT(OS_HANDLE_NONE, os_handle_close(bells[b].rings));
    CHECK(os_handle_losses() != losses);
    check_file(hears);
    check_file(rings);
  }
}

/* A socket would take what is sent to it, and a pipe too. */
static void pipe_or_socket__of_the_hosts_own_is_told_from_ours(void) {
  struct bell bell = bell_of(OS_BELL_THREAD);
  int own[2];
  char byte;
  CHECK_INT(0, socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, own));
  dup2(own[0], os_handle_number(bell.rings));
  dup2(own[0], os_handle_number(bell.hears));
  CHECK_INT(1, write(own[1], "h", 1));
  os_bell_ring(bell.rings);
  CHECK_INT(OS_BELL_OVER, os_bell_clear(bell.hears));
  CHECK_INT(-1, read(own[1], &byte, 1));
  CHECK_INT(1, read(own[0], &byte, 1));
  CHECK_INT(OS_HANDLE_NONE, os_handle_close(bell.rings));
  CHECK_INT(0, fcntl(os_handle_number(bell.rings), F_GETFD));
  close(os_handle_number(bell.rings));
  close(os_handle_number(bell.hears));
  close(own[0]);
  close(own[1]);
}

static void message__of_any_size_comes_whole(void) {
  static uint8_t sent[3 * OS_POST_PACKET_SIZE], received[4 * OS_POST_PACKET_SIZE];
  for (size_t i = 0; i < sizeof sent; i++) sent[i] = (uint8_t)(i % 251);
  static const uint64_t sizes[] = {
      1, 200, OS_POST_PACKET_SIZE - 1, OS_POST_PACKET_SIZE, OS_POST_PACKET_SIZE + 1, 9000, sizeof sent};
  for (int sender = OS_BELL_THREAD; sender <= OS_BELL_PROCESS; sender++) {
    struct bell post;
    int os_code = 0;
    CHECK_INT(LLMB_OK, os_post_create((enum os_bell_ringer)sender, &post.hears, &post.rings, &os_code));
    for (size_t s = 0; s < sizeof sizes / sizeof *sizes; s++) {
      uint64_t size = 0, at = 0;
      CHECK_INT(LLMB_E_NOT_READY, os_post_receive(post.hears, received, &size));
      CHECK_INT(LLMB_OK, os_post_send((enum os_bell_ringer)sender, post.rings, sent, sizes[s], LLMB_NEVER));
      do {
        CHECK_INT(LLMB_OK, os_post_receive(post.hears, received + at, &size));
        at += size;
      } while (size == OS_POST_PACKET_SIZE && at < sizes[s] && check_failures == 0);
      CHECK_INT(sizes[s], at);
      CHECK_INT(0, memcmp(sent, received, sizes[s]));
    }
    uint64_t size = 0;
    post.rings = os_handle_close(post.rings);
    CHECK_INT(LLMB_E_UNAVAILABLE, os_post_receive(post.hears, received, &size));
    bell_close(&post);
  }
}

static void message__for_a_host_that_never_listens_is_given_up(void) {
  signal(SIGPIPE, SIG_IGN);
  static uint8_t bytes[OS_POST_PACKET_SIZE];
  struct bell post;
  int os_code = 0;
  CHECK_INT(LLMB_OK, os_post_create(OS_BELL_PROCESS, &post.hears, &post.rings, &os_code));
  llmb_status status = LLMB_OK;
  for (int i = 0; i < RINGS && status == LLMB_OK; i++) {
    status = os_post_send(OS_BELL_PROCESS, post.rings, bytes, sizeof bytes, 0);
  }
  CHECK_INT(LLMB_E_NOT_READY, status);
  post.hears = os_handle_close(post.hears);
  CHECK_INT(LLMB_E_UNAVAILABLE, os_post_send(OS_BELL_PROCESS, post.rings, bytes, sizeof bytes, LLMB_NEVER));
  bell_close(&post);
}

CHECK_MAIN(TEST(bell__rung_any_number_of_times_is_heard_once),
           TEST(ring__into_a_bell_that_nobody_hears_any_more_is_no_signal),
           TEST(ring__across_is_no_death_where_it_was_ignored),
           TEST(bell__with_an_end_that_was_made_blocking_never_makes_the_other_side_wait),
           TEST(socket__that_only_sends_gets_nothing_and_no_descriptor), TEST(clear__of_a_flood_ends_and_says_so),
           TEST(clear__says_when_nobody_can_ring_any_more), TEST(file__in_the_place_of_an_end_stays_as_it_is),
           TEST(pipe_or_socket__of_the_hosts_own_is_told_from_ours), TEST(message__of_any_size_comes_whole),
           TEST(message__for_a_host_that_never_listens_is_given_up))
