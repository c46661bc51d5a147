#include "engine/host/module_path.h"

#include <ctype.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/auxv.h>
#include <unistd.h>

static bool name_valid(const char *name) {
  if (name[0] == 0) return false;
  for (const char *at = name; *at != 0; at++) {
    if (!isalnum((unsigned char)*at) && *at != '_' && *at != '-') return false;
  }
  return true;
}

/* This program's file. One that the dynamic loader was started with (platform/os_loader.h) has no loader's base, and
 * the file's path as its argv[0]; the link names the loader then. */
static bool program_path(const char *called, char path[PATH_MAX]) {
  if (getauxval(AT_BASE) == 0) {
    const int length = snprintf(path, PATH_MAX, "%s", called);
    return length > 0 && length < PATH_MAX;
  }
  const ssize_t size = readlink("/proc/self/exe", path, PATH_MAX - 1);
  if (size <= 0) return false;
  path[size] = 0;
  return true;
}

bool module_find(const char *called, const char *name, char path[MODULE_PATH_SIZE_MAX]) {
  static const char *const folders[] = {"../lib/llmbridge/", "", NULL};
  char program[PATH_MAX];
  if (!name_valid(name) || !program_path(called, program)) return false;
  char *slash = strrchr(program, '/');
  if (slash == NULL) return false;
  slash[1] = 0;
  for (int i = 0; folders[i] != NULL; i++) {
    const int length = snprintf(path, MODULE_PATH_SIZE_MAX, "%s%s%s.so", program, folders[i], name);
    if (length > 0 && length < MODULE_PATH_SIZE_MAX && access(path, R_OK) == 0) return true;
  }
  return false;
}
