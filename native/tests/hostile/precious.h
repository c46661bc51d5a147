/* A host that closes every descriptor that it does not know, as daemons do, and whose own files then have the numbers
 * that the library's descriptors had: files, sockets, pipes, and kinds that share one inode. None of them may be
 * written, read, moved or closed by the library. */
#ifndef LLMB_TESTS_PRECIOUS_H
#define LLMB_TESTS_PRECIOUS_H

#include <fcntl.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include "tests/bridge/bridge_harness.h"

enum { PRECIOUS_COUNT = 96, PRECIOUS_FIRST = 3, PRECIOUS_PARTNERS = 512 };

#define PRECIOUS_TEXT "PRECIOUS DATABASE PAGE"

enum precious_kind { PRECIOUS_FILE, PRECIOUS_SOCKET, PRECIOUS_PIPE, PRECIOUS_COUNTER, PRECIOUS_KINDS };

struct precious {
  enum precious_kind kind;
  int number, partner; /* partner: the other end, far from where the library's descriptors were */
  struct stat identity;
};

struct precious_all {
  struct precious items[PRECIOUS_COUNT];
};

/* Moves a descriptor to a number that nothing of the library's had. */
UNUSED static int precious_away(int number) {
  const int away = fcntl(number, F_DUPFD_CLOEXEC, PRECIOUS_PARTNERS);
  CHECK(away >= PRECIOUS_PARTNERS);
  close(number);
  return away;
}

UNUSED static void precious_open(struct precious *precious, enum precious_kind kind) {
  int ends[2] = {-1, -1};
  *precious = (struct precious){.kind = kind, .partner = -1};
  if (kind == PRECIOUS_FILE) {
    char path[] = "/tmp/llmbridge-precious-XXXXXX";
    precious->number = mkstemp(path);
    unlink(path);
    CHECK_INT(strlen(PRECIOUS_TEXT), write(precious->number, PRECIOUS_TEXT, strlen(PRECIOUS_TEXT)));
    CHECK_INT(0, lseek(precious->number, 0, SEEK_SET));
  } else if (kind == PRECIOUS_COUNTER) {
    precious->number = eventfd(7, EFD_NONBLOCK);
  } else {
    CHECK_INT(0, kind == PRECIOUS_SOCKET ? socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends)
                                         : pipe2(ends, O_NONBLOCK));
    precious->partner = precious_away(ends[1]);
    precious->number = ends[0];
    CHECK_INT(strlen(PRECIOUS_TEXT), write(precious->partner, PRECIOUS_TEXT, strlen(PRECIOUS_TEXT)));
  }
  CHECK_INT(0, fstat(precious->number, &precious->identity));
}

/* The host's deed. */
UNUSED static void precious_take_over(struct precious_all *all) {
  closefrom(PRECIOUS_FIRST);
  for (int i = 0; i < PRECIOUS_COUNT; i++) precious_open(&all->items[i], (enum precious_kind)(i % PRECIOUS_KINDS));
}

UNUSED static void precious_check(struct precious *precious) {
  char text[64] = "";
  struct stat now;
  uint64_t count = 0;
  CHECK_INT(0, fstat(precious->number, &now));
  CHECK(now.st_ino == precious->identity.st_ino && now.st_dev == precious->identity.st_dev);
  if (precious->kind == PRECIOUS_COUNTER) {
    CHECK_INT(sizeof count, read(precious->number, &count, sizeof count));
    CHECK_INT(7, count);
    return;
  }
  if (precious->kind == PRECIOUS_FILE) {
    CHECK_INT(strlen(PRECIOUS_TEXT), now.st_size);
    CHECK_INT(0, lseek(precious->number, 0, SEEK_CUR));
  }
  CHECK_INT(strlen(PRECIOUS_TEXT), read(precious->number, text, sizeof text));
  CHECK_TEXT(PRECIOUS_TEXT, text);
  if (precious->kind == PRECIOUS_SOCKET) CHECK_INT(-1, read(precious->partner, text, sizeof text));
}

/* All are as they were; closes them. */
UNUSED static void precious_check_all(struct precious_all *all) {
  for (int i = 0; i < PRECIOUS_COUNT && check_failures == 0; i++) precious_check(&all->items[i]);
  for (int i = 0; i < PRECIOUS_COUNT; i++) {
    close(all->items[i].number);
    if (all->items[i].partner >= 0) close(all->items[i].partner);
  }
}

#endif
