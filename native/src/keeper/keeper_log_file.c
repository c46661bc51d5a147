#include "keeper/keeper_log_file.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "keeper/keeper_limits.h"

enum { NOTE_SIZE = 160 };

/* Never waits, should it be a pipe or a terminal, nor makes a terminal the keeper's own. */
static os_handle open_path(const char *path) {
  const mode_t inherited = umask(0); /* with a host's that forbids all, the next engine could not open it */
  const int number = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY | O_NONBLOCK, 0600);
  const int os_code = errno;
  umask(inherited);
  errno = os_code;
  return os_handle_known(number);
}

int keeper_log_file_open(struct keeper_log_file *file, const char *folder, const char *name) {
  *file = (struct keeper_log_file){.handle = OS_HANDLE_NONE};
  if (name[0] == '\0') return 0;
  const bool is_relative = name[0] != '/' && folder[0] != '\0';
  const int size =
      snprintf(file->path, sizeof file->path, "%s%s%s", is_relative ? folder : "", is_relative ? "/" : "", name);
  if (size >= (int)sizeof file->path) {
    errno = ENAMETOOLONG;
    return -1;
  }
  file->allowance = KEEPER_LOG_FILE_BURST;
  file->handle = open_path(file->path);
  return file->handle == OS_HANDLE_NONE ? -1 : 0;
}

/* As well as the file will take it: a full disk costs the log, never the engine. */
static void write_bytes(struct keeper_log_file *file, const char *bytes, uint64_t size) {
  while (size > 0) {
    const ssize_t written = write(os_handle_number(file->handle), bytes, size);
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return;
    bytes += written;
    size -= (uint64_t)written;
  }
}

/* Opens what has the name now, or makes it. */
static bool reopen(struct keeper_log_file *file) {
  const os_handle next = open_path(file->path);
  if (next == OS_HANDLE_NONE) return false;
  os_handle_close(file->handle);
  file->handle = next;
  return true;
}

/* Puts the file away and begins a new one. False if that cannot be. */
static bool rotate(struct keeper_log_file *file) {
  char old[PATH_MAX + 2], note[NOTE_SIZE];
  snprintf(old, sizeof old, "%s.1", file->path);
  if (rename(file->path, old) != 0 || !reopen(file)) return false;
  const int size = snprintf(note, sizeof note, "llmbridge: the log before this, %d MiB of it, is in the file .1\n",
                            KEEPER_LOG_FILE_SIZE_MAX >> 20);
  write_bytes(file, note, (uint64_t)size);
  return true;
}

/* Whether it may have more; another engine, or somebody else, may have put it away meanwhile. */
static bool has_room(struct keeper_log_file *file, uint64_t size) {
  struct stat own, named;
  if (fstat(os_handle_number(file->handle), &own) != 0 || !S_ISREG(own.st_mode)) return true;
  const bool is_named = stat(file->path, &named) == 0 && named.st_dev == own.st_dev && named.st_ino == own.st_ino;
  if (!is_named && (!reopen(file) || fstat(os_handle_number(file->handle), &own) != 0)) return false;
  return (uint64_t)own.st_size + size <= KEEPER_LOG_FILE_SIZE_MAX || rotate(file);
}

static void put(struct keeper_log_file *file, const char *bytes, uint64_t size) {
  if (size > 0 && has_room(file, size)) write_bytes(file, bytes, size);
}

static void count_allowance(struct keeper_log_file *file, uint64_t now_ns) {
  if (file->counted_ns == 0) file->counted_ns = now_ns;
  const uint64_t passed_ns = now_ns - file->counted_ns;
  const uint64_t more = passed_ns > 60u * UINT64_C(1000000000) ? KEEPER_LOG_FILE_BURST
                                                               : passed_ns / 1000 * KEEPER_LOG_FILE_RATE / 1000000;
  if (more == 0) return; /* what is too little to count stays to be counted */
  file->allowance = file->allowance + more < KEEPER_LOG_FILE_BURST ? file->allowance + more : KEEPER_LOG_FILE_BURST;
  file->counted_ns = now_ns;
}

static void note_left_out(struct keeper_log_file *file) {
  char note[NOTE_SIZE];
  const int size = snprintf(note, sizeof note, "\nllmbridge: %" PRIu64 " bytes of this engine's log were left out\n",
                            file->left_out);
  put(file, note, (uint64_t)size);
  file->left_out = 0;
}

void keeper_log_file_append(struct keeper_log_file *file, const char *bytes, uint64_t size, uint64_t now_ns) {
  if (file->handle == OS_HANDLE_NONE) return;
  count_allowance(file, now_ns);
  /* Once begun it leaves out for a while: the log would be all notes otherwise. */
  if (file->left_out > 0 && file->allowance >= KEEPER_LOG_FILE_RATE / 2) note_left_out(file);
  const uint64_t taken = file->left_out > 0 ? 0 : size < file->allowance ? size : file->allowance;
  put(file, bytes, taken);
  file->allowance -= taken;
  if (taken == size) return;
  if (file->left_out == 0) {
    char note[NOTE_SIZE];
    const int length =
        snprintf(note, sizeof note, "\nllmbridge: this engine writes more than %d KiB a second: the rest is left out\n",
                 KEEPER_LOG_FILE_RATE >> 10);
    put(file, note, (uint64_t)length);
  }
  file->left_out += size - taken;
}

void keeper_log_file_close(struct keeper_log_file *file) {
  if (file->handle != OS_HANDLE_NONE && file->left_out > 0) note_left_out(file);
  file->handle = os_handle_close(file->handle);
}
