/* A client of a shared engine by hand, which can lie. */
#ifndef LLMB_TESTS_SHARED_LIAR_H
#define LLMB_TESTS_SHARED_LIAR_H

#include <errno.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <channel/channel_layout.h>
#include <channel/channel_limits.h>
#include <channel/frame.h>
#include <llmbridge/status.h>
#include <keeper/share_protocol.h>

#include "tests/shared/shared_harness.h"

enum { HANDLES = 4, MESSAGES_MAX = 16 };

/* A client by hand. */
struct liar {
  int server;
  int handles[HANDLES]; /* region, rings, bell of the slots, bell of the pump */
  struct channel_region *region;
  size_t region_size;
  uint32_t slot_count;
  struct share_refused refused;
};

UNUSED static int connect_by_hand(void) {
  char name[256] = "", path[SHARED_PATH_SIZE];
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  CHECK_INT(1, shared_files(SHARE_SOCKET, name));
  shared_path(name, path);
  snprintf(address.sun_path, sizeof address.sun_path, "%.107s", path);
  const int server = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
  CHECK_INT(0, connect(server, (const struct sockaddr *)&address, sizeof address));
  return server;
}

UNUSED static unsigned descriptors_of(pid_t pid) {
  char path[64];
  unsigned count = 0;
  snprintf(path, sizeof path, "/proc/%d/fd", (int)pid);
  DIR *folder = opendir(path);
  if (folder == NULL) return 0;
  while (readdir(folder) != NULL) count++;
  closedir(folder);
  return count;
}

/* What the server's card says the key stands for; \n is the only escape there. */
UNUSED static size_t read_parts(char *parts, size_t capacity) {
  char name[256] = "", path[SHARED_PATH_SIZE], text[8192] = "";
  CHECK_INT(1, shared_files(SHARE_CARD, name));
  shared_path(name, path);
  FILE *file = fopen(path, "r");
  if (file == NULL) return 0;
  text[fread(text, 1, sizeof text - 1, file)] = 0;
  fclose(file);
  const char *at = strstr(text, "\"parts\":\"");
  size_t size = 0;
  for (at = at != NULL ? at + 9 : ""; *at != 0 && *at != '"' && size < capacity; at++) {
    const bool is_line = at[0] == '\\' && at[1] == 'n';
    parts[size++] = is_line ? '\n' : *at;
    at += is_line;
  }
  return size;
}

UNUSED static void say_hello(int server) {
  char message[8192];
  const struct share_head head = {SHARE_PROTOCOL_MAGIC, SHARE_PROTOCOL_VERSION, SHARE_MESSAGE_HELLO};
  memcpy(message, &head, sizeof head);
  const size_t size = sizeof head + read_parts(message + sizeof head, sizeof message - sizeof head);
  CHECK_INT(size, send(server, message, size, MSG_NOSIGNAL));
}

/* One message of the server's; its kind, or SHARE_MESSAGE_NONE at its end. */
UNUSED static unsigned hear(struct liar *liar) {
  static char bytes[1 << 16];
  union {
    struct cmsghdr align;
    char bytes[CMSG_SPACE(HANDLES * sizeof(int))];
  } control;
  struct share_head head;
  struct iovec part = {.iov_base = bytes, .iov_len = sizeof bytes};
  struct msghdr message = {
      .msg_iov = &part, .msg_iovlen = 1, .msg_control = control.bytes, .msg_controllen = sizeof control.bytes};
  if (!shared_await_word(liar->server, "the server says nothing")) return SHARE_MESSAGE_NONE;
  const ssize_t size = recvmsg(liar->server, &message, MSG_CMSG_CLOEXEC);
  if (size < (ssize_t)sizeof head) return SHARE_MESSAGE_NONE;
  memcpy(&head, bytes, sizeof head);
  if (head.kind == SHARE_MESSAGE_WELCOME) {
    struct share_welcome welcome;
    memcpy(&welcome, bytes, sizeof welcome);
    const struct cmsghdr *rights = CMSG_FIRSTHDR(&message);
    CHECK(rights != NULL && rights->cmsg_len == CMSG_LEN(HANDLES * sizeof(int)));
    if (rights != NULL) memcpy(liar->handles, CMSG_DATA(rights), sizeof liar->handles);
    liar->region_size = welcome.region_size;
    liar->slot_count = welcome.slot_count;
  }
  if (head.kind == SHARE_MESSAGE_REFUSED) memcpy(&liar->refused, bytes, sizeof liar->refused);
  return head.kind;
}

/* Listens until that kind of message comes; false at the server's end of it. */
UNUSED static bool hear_until(struct liar *liar, unsigned kind) {
  for (int i = 0; i < MESSAGES_MAX; i++) {
    const unsigned heard = hear(liar);
    if (heard == kind) return true;
    if (heard == SHARE_MESSAGE_NONE) return false;
  }
  return false;
}

UNUSED static struct liar attach_by_hand(void) {
  struct liar liar = {.server = connect_by_hand()};
  say_hello(liar.server);
  CHECK(hear_until(&liar, SHARE_MESSAGE_WELCOME));
  liar.region = mmap(NULL, liar.region_size, PROT_READ | PROT_WRITE, MAP_SHARED, liar.handles[0], 0);
  CHECK(liar.region != MAP_FAILED);
  return liar;
}

UNUSED static void liar_close(struct liar *liar) {
  if (liar->region != NULL) munmap(liar->region, liar->region_size);
  for (int i = 0; i < HANDLES; i++) close(liar->handles[i]);
  close(liar->server);
}

UNUSED static void ring(const struct liar *liar) {
  atomic_fetch_add(&liar->region->request_sequence, 1);
  (void)send(liar->handles[1], "", 1, MSG_NOSIGNAL | MSG_DONTWAIT);
}

/* Writes the head of a request into a slot of its own. */
UNUSED static void submit(const struct liar *liar, uint32_t slot, uint32_t payload_size,
                          const struct frame_submit *submit) {
  const struct frame_head head = {.payload_size = payload_size, .type = FRAME_SUBMIT, .call_id = 1};
  uint8_t *bytes = channel_request_bytes(liar->region, liar->slot_count, slot);
  memcpy(bytes, &head, sizeof head);
  memcpy(bytes + sizeof head, submit, sizeof *submit);
  atomic_store(&liar->region->slots[slot].request_written, sizeof head + sizeof *submit);
  ring(liar);
}

#endif
