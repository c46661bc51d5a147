#include "keeper/share_listing.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/json_check.h"

static void open_folder(struct share_listing *listing) {
  struct stat info;
  listing->folder = open(listing->path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
  if (listing->folder < 0 && errno == ENOENT) return;
  listing->is_found = true;
  if (listing->folder < 0 || fstat(listing->folder, &info) != 0) {
    snprintf(listing->problem, sizeof listing->problem, "it cannot be opened as a folder: %s", strerror(errno));
  } else if (info.st_uid != geteuid()) {
    snprintf(listing->problem, sizeof listing->problem, "it belongs to user %u, not to user %u", (unsigned)info.st_uid,
             (unsigned)geteuid());
  } else if ((info.st_mode & 077) != 0) {
    snprintf(listing->problem, sizeof listing->problem, "others may enter it: its mode is %04o, not 0700",
             (unsigned)(info.st_mode & 07777));
  }
}

/* The key that a file's name begins with: 32 hexadecimal digits, then one of the endings. */
static bool read_key(const char *name, char key[SHARE_KEY_SIZE]) {
  static const char *const endings[] = {SHARE_SOCKET, SHARE_LOCK, SHARE_CARD};
  if (strspn(name, "0123456789abcdef") != SHARE_KEY_DIGITS) return false;
  for (unsigned i = 0; i < sizeof endings / sizeof *endings; i++) {
    if (strcmp(name + SHARE_KEY_DIGITS, endings[i]) != 0) continue;
    memcpy(key, name, SHARE_KEY_DIGITS);
    key[SHARE_KEY_DIGITS] = 0;
    return true;
  }
  return false;
}

static int compare_keys(const void *one, const void *other) {
  return strcmp(one, other);
}

static void read_keys(struct share_listing *listing) {
  char key[SHARE_KEY_SIZE];
  const int copy = fcntl(listing->folder, F_DUPFD_CLOEXEC, 0);
  DIR *folder = copy >= 0 ? fdopendir(copy) : NULL;
  if (folder == NULL) return;
  for (unsigned n = 0; n < SHARE_ENTRIES_MAX; n++) {
    const struct dirent *entry = readdir(folder);
    if (entry == NULL) break;
    bool is_known = !read_key(entry->d_name, key);
    for (unsigned i = 0; i < listing->count && !is_known; i++) is_known = strcmp(listing->keys[i], key) == 0;
    if (is_known) continue;
    if (listing->count == SHARE_LISTED_MAX) {
      listing->more++;
    } else {
      memcpy(listing->keys[listing->count++], key, sizeof key);
    }
  }
  closedir(folder);
  qsort(listing->keys, listing->count, sizeof listing->keys[0], compare_keys);
}

struct json_value share_listing_card(struct share_listing *listing, const char *key) {
  char name[SHARE_NAME_SIZE_MAX];
  struct stat info;
  uint64_t size = 0;
  snprintf(name, sizeof name, "%s%s", key, SHARE_CARD);
  const int file = openat(listing->folder, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
  if (file >= 0 && fstat(file, &info) == 0 && S_ISREG(info.st_mode)) {
    ssize_t part = 1;
    while (part > 0 && size < sizeof listing->card) {
      part = read(file, listing->card + size, sizeof listing->card - size);
      if (part > 0) size += (uint64_t)part;
    }
  }
  if (file >= 0) close(file);
  struct json_value card = {.kind = JSON_ABSENT};
  if (size == sizeof listing->card || json_check((const uint8_t *)listing->card, size, NULL, NULL) != LLMB_OK)
    return card;
  card = json_read(listing->card, size);
  return card.kind == JSON_OBJECT ? card : (struct json_value){.kind = JSON_ABSENT};
}

pid_t share_card_pid(struct json_value card) {
  const struct json_value pid = json_member(card, "pid");
  if (pid.kind != JSON_NUMBER) return 0;
  const long number = strtol(pid.text, NULL, 10); /* a number ends where the text goes on */
  return number > 0 && number <= 1 << 22 ? (pid_t)number : 0;
}

void share_listing_open(struct share_listing *listing, const char *path) {
  listing->path = path;
  open_folder(listing);
  if (listing->folder >= 0 && listing->problem[0] == 0) read_keys(listing);
}
