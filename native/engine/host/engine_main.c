/* llmbridge-engine: the process an engine module runs in. Started by the keeper as `llmbridge-engine MODULE`. */
#include <dlfcn.h>
#include <stdio.h>
#include <string.h>

#include <llmbridge/engine.h>

#include "module_path.h"

enum { EXIT_USAGE = 64, EXIT_NO_MODULE = 66, EXIT_NO_HOST = 69 };

typedef const char *(*module_version_fn)(void);

/* Function pointers from dlsym, without a cast that the language does not define. */
static llmb_engine_module_main_fn find_main(void *module) {
  llmb_engine_module_main_fn function = NULL;
  void *symbol = dlsym(module, "llmb_engine_module_main");
  memcpy(&function, &symbol, sizeof function);
  return function;
}

static const char *find_version(void *module) {
  module_version_fn function = NULL;
  void *symbol = dlsym(module, "llmb_engine_module_version");
  memcpy(&function, &symbol, sizeof function);
  return function != NULL ? function() : "";
}

int main(int argc, char **argv) {
  if (argc != 2) {
    fprintf(stderr, "usage: llmbridge-engine MODULE (it is started by llmbridge-keeper, not by hand)\n");
    return EXIT_USAGE;
  }
  const char *name = argv[1];
  char path[MODULE_PATH_SIZE_MAX] = "";
  const char *problem = NULL;
  void *module = NULL;
  llmb_engine_module_main_fn module_main = NULL;
  if (!module_find(name, path)) {
    problem = "there is no such engine module beside this program";
  } else if ((module = dlopen(path, RTLD_NOW | RTLD_LOCAL)) == NULL) {
    problem = dlerror();
  } else if ((module_main = find_main(module)) == NULL) {
    problem = "it does not export llmb_engine_module_main";
  }

  llmb_engine *engine = NULL;
  llmb_error error;
  llmb_error_init(&error);
  if (llmb_engine_connect(name, module_main != NULL ? find_version(module) : "", &engine, &error) != LLMB_OK) {
    fprintf(stderr, "llmbridge-engine: %s\n", error.message);
    return EXIT_NO_HOST;
  }
  if (module_main == NULL) {
    char message[512];
    snprintf(message, sizeof message, "engine %s: %s", name, problem);
    llmb_engine_refuse(engine, LLMB_E_NOT_FOUND, message);
    llmb_engine_close(engine);
    return EXIT_NO_MODULE;
  }
  const int32_t status = module_main(engine);
  llmb_engine_close(engine);
  return status;
}
