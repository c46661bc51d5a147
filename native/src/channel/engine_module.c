#include "channel/engine_module.h"

#include <stdio.h>

#include "platform/os_module.h"

typedef const char *(*module_version_fn)(void);

void engine_module_load(const char *path, struct engine_module *out) {
  *out = (struct engine_module){.version = "", .problem = "it does not export llmb_engine_module_main"};
  void *module = os_module_open(path, out->problem, sizeof out->problem);
  if (module == NULL) return;
  out->main = (llmb_engine_module_main_fn)os_module_find(module, "llmb_engine_module_main");
  const module_version_fn find_version = (module_version_fn)os_module_find(module, "llmb_engine_module_version");
  if (find_version != NULL) out->version = find_version();
}

void engine_module_refuse(const struct engine_module *module, const char *name, llmb_engine *engine) {
  char message[512];
  snprintf(message, sizeof message, "engine %s: %s", name, module->problem);
  llmb_engine_refuse(engine, LLMB_E_NOT_FOUND, message);
}
