#include "keeper/share_place.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/inotify.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "core/policy.h"
#include "platform/os_clock.h"
#include "platform/os_local.h"

enum { BACKLOG = 128, EVENT_READS_MAX = 64, PASS_RIGHTS = 83 /* SO_PASSRIGHTS, since Linux 6.16 */ };

static void file_name(const struct share_place *place, const char *ending, char name[SHARE_NAME_SIZE_MAX]) {
  snprintf(name, SHARE_NAME_SIZE_MAX, "%s%s", place->key, ending);
}

static bool open_folder(struct share_place *place) {
  struct stat info;
  if (mkdir(place->path, 0700) != 0 && errno != EEXIST) return false;
  place->folder = open(place->path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
  if (place->folder < 0 || fstat(place->folder, &info) != 0) return false;
  if (info.st_uid == geteuid() && (info.st_mode & 077) == 0) return true;
  errno = EPERM;
  return false;
}

/* The lock, or -1 with errno; EWOULDBLOCK if somebody holds it. */
static int take_lock(const struct share_place *place) {
  char name[SHARE_NAME_SIZE_MAX];
  struct stat mine, named;
  file_name(place, SHARE_LOCK, name);
  const int lock = openat(place->folder, name, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
  if (lock < 0) return -1;
  /* Somebody may have removed the file, against the rule, and another may have locked the one made anew. */
  if (flock(lock, LOCK_EX | LOCK_NB) == 0 && fstat(lock, &mine) == 0 && fstatat(place->folder, name, &named, 0) == 0) {
    if (mine.st_dev == named.st_dev && mine.st_ino == named.st_ino) return lock;
    errno = EWOULDBLOCK;
  }
  const int os_code = errno;
  close(lock);
  errno = os_code;
  return -1;
}

static bool somebody_listens(const struct share_place *place) {
  char name[SHARE_NAME_SIZE_MAX];
  os_handle connected = OS_HANDLE_NONE;
  int os_code = 0;
  file_name(place, SHARE_SOCKET, name);
  const llmb_status status = os_local_connect(place->path, name, &connected, &os_code);
  os_handle_close(connected);
  return status == LLMB_OK || status == LLMB_E_NOT_READY;
}

enum share_taking share_place_take(struct share_place *place, const char *folder, const char *key,
                                   uint64_t deadline_ns) {
  *place = (struct share_place){.folder = -1, .lock = -1, .watch = -1, .listener = OS_HANDLE_NONE};
  snprintf(place->path, sizeof place->path, "%s", folder);
  snprintf(place->key, sizeof place->key, "%s", key);
  if (!open_folder(place)) return SHARE_TAKING_FAILED;
  for (;;) {
    place->lock = take_lock(place);
    if (place->lock < 0 && errno != EWOULDBLOCK && errno != ENOENT) return SHARE_TAKING_FAILED;
    /* Also under the lock: whoever can be connected to serves, whatever a lock says. */
    if (somebody_listens(place)) return SHARE_TAKING_OTHERS;
    if (place->lock >= 0) return SHARE_TAKING_MINE;
    if (os_clock_ns() >= deadline_ns) return SHARE_TAKING_OTHERS;
    const struct timespec pause = {.tv_nsec = SHARE_LOOK_NS};
    nanosleep(&pause, NULL);
  }
}

static bool listen_under(struct share_place *place, const char *name) {
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  struct stat info;
  const int none = 0;
  /* By the open folder: what stands at its path by now is of no interest. */
  const int size = snprintf(address.sun_path, sizeof address.sun_path, "/proc/self/fd/%d/%s", place->folder, name);
  if (size <= 0 || (size_t)size >= sizeof address.sun_path) {
    errno = ENAMETOOLONG;
    return false;
  }
  const int listener = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (listener < 0) return false;
  /* What is accepted inherits it: descriptors of clients are refused where they are sent. */
  (void)setsockopt(listener, SOL_SOCKET, PASS_RIGHTS, &none, sizeof none);
  if (bind(listener, (const struct sockaddr *)&address, sizeof address) != 0 || listen(listener, BACKLOG) != 0 ||
      fstatat(place->folder, name, &info, AT_SYMLINK_NOFOLLOW) != 0) {
    const int os_code = errno;
    close(listener);
    errno = os_code;
    return false;
  }
  if (place->watch < 0) {
    char path[64];
    snprintf(path, sizeof path, "/proc/self/fd/%d", place->folder);
    place->watch = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
    if (place->watch >= 0) (void)inotify_add_watch(place->watch, path, IN_DELETE | IN_MOVED_FROM | IN_DELETE_SELF);
  }
  place->listener = listener;
  place->device = info.st_dev;
  place->inode = info.st_ino;
  return true;
}

/* A name of this process's own, for what gets its true name when it is complete. */
static void own_name(const struct share_place *place, const char *ending, char name[SHARE_NAME_SIZE_MAX + 32]) {
  snprintf(name, SHARE_NAME_SIZE_MAX + 32, "%s.%ld%s", place->key, (long)getpid(), ending);
}

bool share_place_listen(struct share_place *place) {
  char name[SHARE_NAME_SIZE_MAX], own[SHARE_NAME_SIZE_MAX + 32];
  file_name(place, SHARE_SOCKET, name);
  own_name(place, SHARE_SOCKET, own);
  (void)unlinkat(place->folder, own, 0); /* of one with this number that died */
  if (!listen_under(place, own)) return false;
  if (renameat(place->folder, own, place->folder, name) == 0) return true;
  share_place_stop_listening(place);
  return false;
}

static bool is_reachable(const struct share_place *place) {
  char name[SHARE_NAME_SIZE_MAX];
  struct stat info;
  file_name(place, SHARE_SOCKET, name);
  return fstatat(place->folder, name, &info, AT_SYMLINK_NOFOLLOW) == 0 && info.st_dev == place->device &&
         info.st_ino == place->inode;
}

bool share_place_publish(const struct share_place *place, const char *text, uint64_t size) {
  char name[SHARE_NAME_SIZE_MAX], own[SHARE_NAME_SIZE_MAX + 32];
  file_name(place, SHARE_CARD, name);
  own_name(place, SHARE_CARD, own);
  const int file = openat(place->folder, own, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0600);
  if (file < 0) return false;
  bool is_good = write(file, text, size) == (ssize_t)size;
  is_good &= close(file) == 0;
  if (is_good) is_good = renameat(place->folder, own, place->folder, name) == 0;
  if (!is_good) (void)unlinkat(place->folder, own, 0);
  return is_good;
}

void share_place_hide(struct share_place *place) {
  char name[SHARE_NAME_SIZE_MAX];
  if (place->is_lost) return;
  file_name(place, SHARE_CARD, name);
  (void)unlinkat(place->folder, name, 0);
  if (!is_reachable(place)) return;
  file_name(place, SHARE_SOCKET, name);
  (void)unlinkat(place->folder, name, 0);
}

/* Whether the lock that is held has the key's name. */
static bool is_locked(const struct share_place *place) {
  char name[SHARE_NAME_SIZE_MAX];
  struct stat mine, named;
  file_name(place, SHARE_LOCK, name);
  return fstat(place->lock, &mine) == 0 && fstatat(place->folder, name, &named, AT_SYMLINK_NOFOLLOW) == 0 &&
         mine.st_dev == named.st_dev && mine.st_ino == named.st_ino;
}

bool share_place_mend(struct share_place *place) {
  char events[4096];
  for (int i = 0; i < EVENT_READS_MAX && read(place->watch, events, sizeof events) > 0; i++) continue;
  if (place->is_lost) return false;
  if (!is_locked(place)) {
    const int lock = take_lock(place);
    place->is_lost = lock < 0;
    if (place->is_lost) return false;
    close(place->lock);
    place->lock = lock;
  }
  if (is_reachable(place)) return false;
  share_place_stop_listening(place);
  place->is_lost = !share_place_listen(place);
  return !place->is_lost;
}

void share_place_stop_listening(struct share_place *place) {
  place->listener = os_handle_close(place->listener);
}
