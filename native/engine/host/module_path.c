#include "engine/host/module_path.h"

#include <ctype.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static bool name_valid(const char *name) {
  if (name[0] == 0) return false;
  for (const char *at = name; *at != 0; at++) {
    if (!isalnum((unsigned char)*at) && *at != '_' && *at != '-') return false;
  }
  return true;
}

bool module_find(const char *name, char path[MODULE_PATH_SIZE_MAX]) {
  static const char *const folders[] = {"../lib/llmbridge/", "", NULL};
  char program[PATH_MAX];
  if (!name_valid(name)) return false;
  const ssize_t size = readlink("/proc/self/exe", program, sizeof program - 1);
  if (size <= 0) return false;
  program[size] = 0;
  char *slash = strrchr(program, '/');
  if (slash == NULL) return false;
  slash[1] = 0;
  for (int i = 0; folders[i] != NULL; i++) {
    const int length = snprintf(path, MODULE_PATH_SIZE_MAX, "%s%s%s.so", program, folders[i], name);
    if (length > 0 && length < MODULE_PATH_SIZE_MAX && access(path, R_OK) == 0) return true;
  }
  return false;
}
