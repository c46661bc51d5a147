#include <dlfcn.h>
#include <stdio.h>
#include <string.h>

#include "platform/os_module.h"

void *os_module_open(const char *path, char *problem, uint64_t capacity) {
  void *module = dlopen(path, RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
  if (module == NULL) {
    const char *reason = dlerror();
    snprintf(problem, capacity, "%s", reason != NULL ? reason : "it could not be loaded");
  }
  return module;
}

os_module_function os_module_find(void *module, const char *name) {
  /* Without a cast that the language does not define. */
  os_module_function function = NULL;
  void *symbol = dlsym(module, name);
  memcpy(&function, &symbol, sizeof function);
  return function;
}
