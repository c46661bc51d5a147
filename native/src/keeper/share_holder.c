#include "keeper/share_holder.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "core/json_check.h"
#include "core/policy.h"
#include "platform/os_clock.h"
#include "platform/os_local.h"
#include "platform/os_poll.h"
#include "platform/os_process.h"
#include "platform/os_socket.h"

enum { DESCRIPTORS_MAX = 8192 };

static void file_name(const char *key, const char *ending, char name[SHARE_NAME_SIZE_MAX]) {
  snprintf(name, SHARE_NAME_SIZE_MAX, "%s%s", key, ending);
}

/* Opens KEY.live where it is a file; -1 else. */
static int open_lock(int folder, const char *key, struct stat *info) {
  char name[SHARE_NAME_SIZE_MAX];
  file_name(key, SHARE_LOCK, name);
  const int lock = openat(folder, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
  if (lock >= 0 && fstat(lock, info) == 0 && S_ISREG(info->st_mode)) return lock;
  if (lock >= 0) close(lock);
  return -1;
}

/* Whether the kernel says of this open file of a process that it holds the lock. */
static bool descriptor_holds(pid_t pid, const char *number) {
  char path[64], line[256];
  bool holds = false;
  snprintf(path, sizeof path, "/proc/%d/fdinfo/%.16s", (int)pid, number);
  FILE *file = fopen(path, "re");
  if (file == NULL) return false;
  while (!holds && fgets(line, sizeof line, file) != NULL) {
    holds = strncmp(line, "lock:", 5) == 0 && strstr(line, "FLOCK") != NULL && strstr(line, "WRITE") != NULL;
  }
  fclose(file);
  return holds;
}

static bool process_holds(pid_t pid, const struct stat *lock) {
  char path[64];
  bool holds = false;
  snprintf(path, sizeof path, "/proc/%d/fd", (int)pid);
  DIR *folder = opendir(path);
  if (folder == NULL) return false;
  for (int i = 0; !holds && i < DESCRIPTORS_MAX; i++) {
    struct stat info;
    const struct dirent *entry = readdir(folder);
    if (entry == NULL) break;
    if (entry->d_name[0] == '.' || fstatat(dirfd(folder), entry->d_name, &info, 0) != 0) continue;
    if (info.st_dev != lock->st_dev || info.st_ino != lock->st_ino) continue;
    holds = descriptor_holds(pid, entry->d_name);
  }
  closedir(folder);
  return holds;
}

/* Takes this process for the holder if it is: its handle is opened first, so that it stays this one's whatever becomes
 * of the number. */
static bool take_holder(struct share_holder *out, pid_t pid, const struct stat *lock) {
  if (pid <= 0) return false;
  const os_handle process = os_handle_raise((int)syscall(SYS_pidfd_open, pid, 0u));
  if (process == OS_HANDLE_NONE) return false;
  if (process_holds(pid, lock) && !os_process_ended(process)) {
    out->pid = pid;
    out->process = process;
    return true;
  }
  os_handle_close(process);
  return false;
}

/* Asks whoever listens how it fares; its number, or 0. */
static pid_t ask(const char *path, const char *key, struct share_holder *out) {
  static char message[sizeof(struct share_head) + SHARE_STATE_SIZE_MAX];
  const struct share_head question = share_message_head(SHARE_MESSAGE_ASK);
  struct os_local_peer peer = {.process = OS_HANDLE_NONE};
  char name[SHARE_NAME_SIZE_MAX];
  os_handle socket = OS_HANDLE_NONE;
  uint64_t size = 0;
  int os_code = 0;
  file_name(key, SHARE_SOCKET, name);
  if (os_local_connect(path, name, &socket, &os_code) != LLMB_OK) return 0;
  if (os_local_peer(socket, &peer) && peer.is_own) {
    struct os_poll_item item = {.handle = socket};
    /* A server that has no room for a client refuses it before it hears the question: the question's failure, and one
     * of the answer's, tell nothing. */
    (void)os_socket_send(socket, &question, sizeof question, NULL, 0, &os_code);
    (void)os_poll(&item, 1, os_clock_ns() + SHARE_ASK_NS);
    for (int i = 0; i < 2 && size == 0; i++) {
      if (os_socket_receive(socket, message, sizeof message, &size, NULL, 0, NULL, &os_code) != LLMB_OK) size = 0;
    }
  }
  const enum share_message_kind kind = share_message_check(message, size);
  out->answers = kind == SHARE_MESSAGE_REFUSED;
  if (kind == SHARE_MESSAGE_STATE) {
    const char *text = message + sizeof question;
    const uint64_t text_size = size - sizeof question;
    out->answers = json_check((const uint8_t *)text, text_size, NULL, NULL) == LLMB_OK && text[0] == '{';
    memcpy(out->state, text, text_size);
    out->state[text_size] = 0;
  }
  os_handle_close(peer.process);
  os_handle_close(socket);
  return peer.is_own ? (pid_t)peer.number : 0;
}

void share_holder_find(int folder, const char *path, const char *key, pid_t card_pid, struct share_holder *out) {
  struct stat info;
  memset(out, 0, sizeof *out);
  out->process = OS_HANDLE_NONE;
  const int lock = open_lock(folder, key, &info);
  if (lock < 0) return;
  out->is_locked = flock(lock, LOCK_SH | LOCK_NB) != 0 && errno == EWOULDBLOCK;
  close(lock);
  if (!out->is_locked) return;
  const pid_t listener = ask(path, key, out);
  if (!take_holder(out, listener, &info)) (void)take_holder(out, card_pid, &info);
  out->answers = out->answers && out->pid != 0 && out->pid == listener;
}

void share_holder_close(struct share_holder *holder) {
  holder->process = os_handle_close(holder->process);
}

void share_holder_clean(int folder, const char *key) {
  char name[SHARE_NAME_SIZE_MAX];
  struct stat mine, named;
  const int lock = open_lock(folder, key, &mine);
  if (lock < 0) return;
  file_name(key, SHARE_LOCK, name);
  if (flock(lock, LOCK_EX | LOCK_NB) == 0 && fstatat(folder, name, &named, AT_SYMLINK_NOFOLLOW) == 0 &&
      named.st_dev == mine.st_dev && named.st_ino == mine.st_ino) {
    file_name(key, SHARE_SOCKET, name);
    (void)unlinkat(folder, name, 0);
    file_name(key, SHARE_CARD, name);
    (void)unlinkat(folder, name, 0);
  }
  close(lock);
}
