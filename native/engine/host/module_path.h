/* Where engine modules are. */
#ifndef LLMB_MODULE_PATH_H
#define LLMB_MODULE_PATH_H

#include <stdbool.h>

enum { MODULE_PATH_SIZE_MAX = 4096 };

/* Finds NAME.so in ../lib/llmbridge beside this program, or in its own folder. Names are letters, digits, '_', '-';
 * `called` is the program's argv[0]. */
bool module_find(const char *called, const char *name, char path[MODULE_PATH_SIZE_MAX]);

#endif
