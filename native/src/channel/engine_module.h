/* An engine module: a shared library with the entry point of the SDK, loaded into whatever process runs it. */
#ifndef LLMB_ENGINE_MODULE_H
#define LLMB_ENGINE_MODULE_H

#include <llmbridge/engine.h>

struct engine_module {
  llmb_engine_module_main_fn main; /* NULL if it could not be loaded: `problem` says why */
  const char *version;             /* of the engine, for information; never NULL */
  char problem[480];
};

void engine_module_load(const char *path, struct engine_module *out);

/* Tells the host that there is no module to run. */
void engine_module_refuse(const struct engine_module *module, const char *name, llmb_engine *engine);

#endif
