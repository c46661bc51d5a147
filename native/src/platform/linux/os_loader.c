#include <dlfcn.h>
#include <fcntl.h>
#include <link.h>
#include <stdbool.h>
#include <string.h>
#include <sys/auxv.h>
#include <unistd.h>

#include "platform/os_loader.h"

/* A process that was itself started by the loader has no AT_BASE. NULL in a static program. */
static const char *loader_path(void) {
  Dl_info loader;
  const unsigned long base = getauxval(AT_BASE) != 0 ? getauxval(AT_BASE) : _r_debug.r_ldbase;
  const bool found = base != 0 && dladdr((const void *)base, &loader) != 0 && loader.dli_fname != NULL;
  return found && loader.dli_fname[0] == '/' ? loader.dli_fname : NULL;
}

/* The loader is for nothing else; a script would end it. */
static bool is_readable_elf(const char *path) {
  char magic[SELFMAG] = "";
  const int file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
  if (file < 0) return false;
  const ssize_t size = read(file, magic, sizeof magic);
  close(file);
  return size == SELFMAG && memcmp(magic, ELFMAG, SELFMAG) == 0;
}

void os_loader_prepare(const char *path, char *const argv[], struct os_loader_start *out) {
  out->path = path;
  out->argv = argv;
  /* The loader takes a path without a slash in front for a name to look up, or for an option. */
  if (path[0] != '/' || access(path, X_OK) == 0 || !is_readable_elf(path)) return;
  const char *const loader = loader_path();
  unsigned count = 0;
  while (argv[count] != NULL) count++;
  if (loader == NULL || count == 0 || count > OS_LOADER_ARGUMENTS_MAX) return;
  /* It takes its argv[0] for its own path, which a program that it runs asks it for here. The copies are past a const
   * that execve would not write through either. */
  memcpy(&out->storage[0], &loader, sizeof loader);
  memcpy(&out->storage[1], &path, sizeof path);
  memcpy(out->storage + 2, argv + 1, count * sizeof *argv); /* with the NULL */
  out->path = loader;
  out->argv = out->storage;
}
