/* llmbridge-engine: the process an engine module runs in. Started by the keeper as `llmbridge-engine MODULE`. */
#include <stdio.h>

#include <llmbridge/engine.h>

#include "channel/engine_module.h"
#include "engine/host/module_path.h"

enum { EXIT_USAGE = 64, EXIT_NO_MODULE = 66, EXIT_NO_HOST = 69 };

int main(int argc, char **argv) {
  if (argc != 2) {
    fprintf(stderr, "usage: llmbridge-engine MODULE (it is started by llmbridge-keeper, not by hand)\n");
    return EXIT_USAGE;
  }
  const char *name = argv[1];
  char path[MODULE_PATH_SIZE_MAX] = "";
  struct engine_module module = {.version = "", .problem = "there is no such engine module beside this program"};
  if (module_find(argv[0], name, path)) engine_module_load(path, &module);

  llmb_engine *engine = NULL;
  llmb_error error;
  llmb_error_init(&error);
  if (llmb_engine_connect(name, module.version, &engine, &error) != LLMB_OK) {
    fprintf(stderr, "llmbridge-engine: %s\n", error.message);
    return EXIT_NO_HOST;
  }
  if (module.main == NULL) {
    engine_module_refuse(&module, name, engine);
    llmb_engine_close(engine);
    return EXIT_NO_MODULE;
  }
  const int32_t status = module.main(engine);
  llmb_engine_close(engine);
  return status;
}
