/* Libraries that are loaded by their path while the program runs. */
#ifndef LLMB_OS_MODULE_H
#define LLMB_OS_MODULE_H

#include <stdint.h>

typedef void (*os_module_function)(void); /* to be cast to what it is */

/* The loaded library, which stays loaded for good; NULL with the reason in `problem`. */
void *os_module_open(const char *path, char *problem, uint64_t capacity);

/* A function it exports; NULL if there is none of that name. */
os_module_function os_module_find(void *module, const char *name);

#endif
