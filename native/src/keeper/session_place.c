#include "keeper/session_place.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/memory.h"

void session_place_init(struct session_place *place, const char *folder, const char *name) {
  *place = (struct session_place){.path = folder, .folder = -1, .file = -1};
  snprintf(place->name, sizeof place->name, "%.64s%s", name, SESSION_ENDING);
}

void session_file_close(struct session_place *place) {
  if (place->file >= 0) close(place->file);
  place->file = -1;
}

static bool fail(struct session_place *place, llmb_status status, int os_code, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

static bool fail(struct session_place *place, llmb_status status, int os_code, const char *format, ...) {
  va_list arguments;
  place->status = status;
  place->os_code = os_code;
  va_start(arguments, format);
  vsnprintf(place->problem, sizeof place->problem, format, arguments);
  va_end(arguments);
  return false;
}

static bool fail_system(struct session_place *place, const char *doing) {
  const int os_code = errno;
  return fail(place, LLMB_E_UNAVAILABLE, os_code, "%s/%s could not be %s", place->path, place->name, doing);
}

static void make_folders(const char *path) {
  char part[PATH_MAX];
  if (snprintf(part, sizeof part, "%s", path) >= (int)sizeof part) return;
  for (char *slash = strchr(part + 1, '/'); slash != NULL; slash = strchr(slash + 1, '/')) {
    *slash = 0;
    (void)mkdir(part, 0700);
    *slash = '/';
  }
  (void)mkdir(part, 0700); /* what could not be made cannot be opened either */
}

bool session_folder_open(struct session_place *place, bool makes) {
  struct stat info;
  if (makes) make_folders(place->path);
  place->folder = open(place->path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
  if (place->folder < 0 || fstat(place->folder, &info) != 0) {
    const int os_code = errno;
    return fail(place, os_code == ENOENT ? LLMB_E_NOT_FOUND : LLMB_E_UNAVAILABLE, os_code,
                "the folder %s could not be opened", place->path);
  }
  if (info.st_uid != geteuid()) {
    return fail(place, LLMB_E_UNAVAILABLE, 0, "the folder %s belongs to user %u, not to user %u", place->path,
                (unsigned)info.st_uid, (unsigned)geteuid());
  }
  if ((info.st_mode & 077) == 0) return true;
  return fail(place, LLMB_E_UNAVAILABLE, 0, "others may enter the folder %s: its mode is %04o, not 0700", place->path,
              (unsigned)(info.st_mode & 07777));
}

bool session_file_open(struct session_place *place, bool makes, bool writes) {
  struct stat info;
  const int flags = (makes ? O_CREAT : 0) | (writes ? O_RDWR : O_RDONLY);
  place->file =
      openat(place->folder, place->name, flags | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC, S_IRUSR | S_IWUSR);
  if (place->file < 0 && errno == ENOENT && !makes) {
    return fail(place, LLMB_E_NOT_FOUND, ENOENT, "%s/%s does not exist", place->path, place->name);
  }
  if (place->file < 0 && errno != ELOOP) return fail_system(place, "opened");
  if (place->file < 0 || fstat(place->file, &info) != 0 || !S_ISREG(info.st_mode)) {
    return fail(place, LLMB_E_UNAVAILABLE, 0, "%s/%s is not a plain file", place->path, place->name);
  }
  if (info.st_uid == geteuid() && info.st_nlink <= 1) return true;
  return fail(place, LLMB_E_UNAVAILABLE, 0, "%s/%s is another user's, or has more names", place->path, place->name);
}

/* Whether the open file is the one that its name stands for. */
static bool has_its_name(const struct session_place *place) {
  struct stat mine, named;
  return fstat(place->file, &mine) == 0 && fstatat(place->folder, place->name, &named, AT_SYMLINK_NOFOLLOW) == 0 &&
         mine.st_dev == named.st_dev && mine.st_ino == named.st_ino;
}

static bool folder_has_its_path(const struct session_place *place) {
  struct stat mine, named;
  return fstat(place->folder, &mine) == 0 && lstat(place->path, &named) == 0 && mine.st_dev == named.st_dev &&
         mine.st_ino == named.st_ino;
}

bool session_file_is_held(const struct session_place *place, pid_t *out_holder) {
  struct flock held = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
  const bool is_held = fcntl(place->file, F_GETLK, &held) == 0 && held.l_type != F_UNLCK;
  *out_holder = is_held && held.l_pid > 0 ? held.l_pid : 0;
  return is_held;
}

enum session_locking session_file_lock(struct session_place *place, bool waits, pid_t *out_holder) {
  struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
  *out_holder = 0;
  if (fcntl(place->file, waits ? F_SETLKW : F_SETLK, &lock) == 0) {
    return has_its_name(place) ? SESSION_LOCK_MINE : SESSION_LOCK_LOST;
  }
  if (errno == EAGAIN || errno == EACCES || errno == EINTR) {
    (void)session_file_is_held(place, out_holder);
    return SESSION_LOCK_OTHERS;
  }
  (void)fail_system(place, "locked");
  return SESSION_LOCK_FAILED;
}

bool session_file_read(struct session_place *place, struct session_bytes *out) {
  struct stat info;
  void *block = NULL;
  if (fstat(place->file, &info) != 0) return fail_system(place, "read");
  if (info.st_size > SESSION_FILE_SIZE_MAX) {
    return fail(place, LLMB_E_UNAVAILABLE, 0, "%s/%s is larger than a session may be (%d bytes)", place->path,
                place->name, SESSION_FILE_SIZE_MAX);
  }
  const uint64_t wanted = (uint64_t)info.st_size;
  if (memory_allocate(wanted + 1, &block) != LLMB_OK) {
    return fail(place, LLMB_E_OUT_OF_MEMORY, 0, "no memory for a session of %llu bytes", (unsigned long long)wanted);
  }
  *out = (struct session_bytes){.text = block, .capacity = wanted + 1};
  while (out->size < wanted) {
    const ssize_t part = pread(place->file, out->text + out->size, wanted - out->size, (off_t)out->size);
    if (part < 0 && errno == EINTR) continue;
    if (part < 0) return fail_system(place, "read");
    if (part == 0) break;
    out->size += (uint64_t)part;
  }
  return true;
}

static bool write_part(const struct session_place *place, uint64_t offset, const char *text, uint64_t size) {
  for (uint64_t at = 0; at < size;) {
    const ssize_t part = pwrite(place->file, text + at, size - at, (off_t)(offset + at));
    if (part < 0 && errno == EINTR) continue;
    if (part <= 0) return false;
    at += (uint64_t)part;
  }
  return true;
}

bool session_file_write(struct session_place *place, uint64_t offset, const struct session_bytes *bytes, bool is_new) {
  if (!write_part(place, offset, bytes->text, bytes->size)) return fail_system(place, "written");
  if (fsync(place->file) != 0 || (is_new && fsync(place->folder) != 0)) return fail_system(place, "made durable");
  if (has_its_name(place) && folder_has_its_path(place)) return true;
  return fail(place, LLMB_E_UNAVAILABLE, 0, "%s/%s has vanished while it was in use", place->path, place->name);
}

bool session_file_cut(struct session_place *place, uint64_t offset) {
  if (offset == 0 && has_its_name(place)) (void)unlinkat(place->folder, place->name, 0);
  return ftruncate(place->file, (off_t)offset) == 0 && fsync(place->file) == 0 ? true : fail_system(place, "cut");
}

bool session_file_remove(struct session_place *place) {
  if (unlinkat(place->folder, place->name, 0) != 0) return fail_system(place, "removed");
  return fsync(place->folder) == 0 ? true : fail_system(place, "removed durably");
}
