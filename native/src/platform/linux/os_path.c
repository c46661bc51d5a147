#include <dlfcn.h>
#include <errno.h>
#include <limits.h>
#include <link.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/stat.h>
#include <unistd.h>

#include "platform/os_path.h"

extern char **environ;

/* Cuts an absolute file path to its folder and copies it out. */
static llmb_status copy_folder(const char *path, char *buffer, uint64_t capacity) {
  const char *slash = strrchr(path, '/');
  if (slash == NULL) return LLMB_E_INTERNAL;
  size_t size = slash == path ? 1 : (size_t)(slash - path);
  if (size + 1 > capacity) return LLMB_E_INVALID_ARGUMENT;
  memcpy(buffer, path, size);
  buffer[size] = '\0';
  return LLMB_OK;
}

llmb_status os_path_program_folder(char *buffer, uint64_t capacity) {
  char path[PATH_MAX];
  ssize_t size = readlink("/proc/self/exe", path, sizeof path);
  if (size < 0) return LLMB_E_NOT_FOUND;
  if ((size_t)size == sizeof path) return LLMB_E_INVALID_ARGUMENT;
  path[size] = '\0';
  return copy_folder(path, buffer, capacity);
}

/* The file of a loaded object, absolute. One that was loaded by a relative path is only known by that, and the folder
 * it started from may have been left since; but the loader has kept where the object came from. (Not inlined: a path's
 * room at a time is enough of a stack that is the host's.) */
static __attribute__((noinline)) llmb_status loaded_path(const char *name, struct link_map *map, char path[PATH_MAX]) {
  if (name[0] == '/') return realpath(name, path) == NULL ? LLMB_E_NOT_FOUND : LLMB_OK;
  char origin[PATH_MAX];
  const char *slash = strrchr(name, '/');
  if (map == NULL || dlinfo(map, RTLD_DI_ORIGIN, origin) != 0) return LLMB_E_NOT_FOUND;
  const size_t size = strlen(origin);
  if ((size_t)snprintf(origin + size, sizeof origin - size, "/%s", slash == NULL ? name : slash + 1) >=
      sizeof origin - size) {
    return LLMB_E_NOT_FOUND;
  }
  return realpath(origin, path) == NULL ? LLMB_E_NOT_FOUND : LLMB_OK;
}

/* Linked into the program itself, the loader only knows what the program was called as. */
static bool is_program(const Dl_info *object) {
  Dl_info program;
  const unsigned long headers = getauxval(AT_PHDR);
  return headers != 0 && dladdr((const void *)headers, &program) != 0 && program.dli_fbase == object->dli_fbase;
}

static llmb_status find_library(char *path, bool *in_program) {
  static const char marker = 0; /* any address inside this library */
  Dl_info here;
  void *map = NULL;
  *in_program = false;
  if (dladdr1(&marker, &here, &map, RTLD_DL_LINKMAP) == 0 || here.dli_fname == NULL) return LLMB_E_NOT_FOUND;
  *in_program = is_program(&here);
  return *in_program ? LLMB_OK : loaded_path(here.dli_fname, map, path);
}

llmb_status os_path_library(char *buffer, uint64_t capacity) {
  bool in_program = false;
  if (capacity < PATH_MAX) return LLMB_E_INVALID_ARGUMENT;
  const llmb_status status = find_library(buffer, &in_program);
  return status == LLMB_OK && in_program ? LLMB_E_NOT_FOUND : status;
}

llmb_status os_path_library_folder(char *buffer, uint64_t capacity) {
  char path[PATH_MAX];
  bool in_program = false;
  const llmb_status status = find_library(path, &in_program);
  if (status != LLMB_OK) return status;
  return in_program ? os_path_program_folder(buffer, capacity) : copy_folder(path, buffer, capacity);
}

llmb_status os_path_current_folder(char *buffer, uint64_t capacity) {
  /* The kernel says "(unreachable)..." for a folder outside this process's root. */
  if (getcwd(buffer, capacity) == NULL || buffer[0] != '/') return LLMB_E_NOT_FOUND;
  return LLMB_OK;
}

enum os_path_kind os_path_kind(const char *path, uint64_t *out_size) {
  struct stat info;
  if (out_size != NULL) *out_size = 0;
  if (stat(path, &info) != 0) return errno == ENOENT || errno == ENOTDIR ? OS_PATH_MISSING : OS_PATH_OTHER;
  if (S_ISDIR(info.st_mode)) return OS_PATH_FOLDER;
  if (!S_ISREG(info.st_mode)) return OS_PATH_OTHER;
  if (out_size != NULL) *out_size = (uint64_t)info.st_size;
  return access(path, X_OK) == 0 ? OS_PATH_PROGRAM : OS_PATH_FILE;
}

bool os_path_readable(const char *path) {
  return access(path, R_OK) == 0;
}

bool os_path_identity(const char *path, struct os_path_identity *out) {
  struct stat info;
  if (stat(path, &info) != 0) return false;
  *out = (struct os_path_identity){
      .device = info.st_dev,
      .inode = info.st_ino,
      .size = (uint64_t)info.st_size,
      .modified_ns = (uint64_t)info.st_mtim.tv_sec * 1000000000u + (uint64_t)info.st_mtim.tv_nsec,
  };
  return true;
}

llmb_status os_path_find_program(const char *word, const char *folders, char *buffer, uint64_t capacity) {
  const bool is_path = strchr(word, '/') != NULL;
  llmb_status status = LLMB_E_NOT_FOUND;
  for (const char *folder = is_path ? "" : folders; folder != NULL; folder = strchr(folder, ':')) {
    if (*folder == ':') folder++;
    const int folder_size = (int)strcspn(folder, ":");
    if (!is_path && *folder != '/') continue;
    const int size = snprintf(buffer, capacity, "%.*s%s%s", folder_size, folder, is_path ? "" : "/", word);
    if (size < 0 || (uint64_t)size >= capacity) continue;
    const enum os_path_kind kind = os_path_kind(buffer, NULL);
    if (kind == OS_PATH_PROGRAM) return LLMB_OK;
    if (kind != OS_PATH_MISSING) status = LLMB_E_SPAWN_FAILED;
    if (is_path) break;
  }
  return status;
}

/* A program that runs with the rights of its file (setuid) has the environment of whoever called it: nothing in it may
 * say what is run with these rights. */
const char *os_environment_get(const char *name) {
  return secure_getenv(name);
}

char *const *os_environment_all(void) {
  static char *none[] = {NULL};
  return environ != NULL && getauxval(AT_SECURE) == 0 ? environ : none; /* clearenv() leaves NULL */
}
