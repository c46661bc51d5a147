/* Starting a program whose file may be read but not executed, as package managers unpack files for all but their
 * owner: the dynamic loader that runs this process is started with the file's path. */
#ifndef LLMB_OS_LOADER_H
#define LLMB_OS_LOADER_H

enum { OS_LOADER_ARGUMENTS_MAX = 64 };

struct os_loader_start {
  const char *path;
  char *const *argv;
  char *storage[OS_LOADER_ARGUMENTS_MAX + 2];
};

/* What is to be executed so that the program at `path` runs with `argv`: `path` and `argv` themselves where it may be
 * executed, or where the loader cannot help; else the loader, and the program sees its path as its argv[0]. What *out
 * names lives as long as *out, `path` and `argv`. */
void os_loader_prepare(const char *path, char *const argv[], struct os_loader_start *out);

#endif
