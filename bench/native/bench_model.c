#include "bench_model.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAKE "make it: dotnet run --project managed/LlmBridge.TestModels -- "

static const char *variable(const char *name) {
  const char *value = getenv(name);
  return value != NULL && *value != 0 ? value : NULL;
}

/* The same folder as ModelCache.cs has. */
static void in_cache(struct bench_model *model, const char *name, const char *remedy) {
  const char *own = variable("LLMBRIDGE_CACHE"), *caches = variable("XDG_CACHE_HOME"), *home = variable("HOME");
  if (own != NULL) {
    snprintf(model->path, sizeof model->path, "%s/%s", own, name);
  } else if (caches != NULL) {
    snprintf(model->path, sizeof model->path, "%s/llmbridge/%s", caches, name);
  } else {
    snprintf(model->path, sizeof model->path, "%s/.cache/llmbridge/%s", home != NULL ? home : "", name);
  }
  model->remedy = remedy;
}

void bench_models_find(struct bench_models *out, const char *shared) {
  snprintf(out->tiny.path, sizeof out->tiny.path, "%s/demo.gguf", shared);
  out->tiny.remedy = "give one by --model";
  in_cache(&out->speed, "speed-135m-q8_0.gguf", MAKE "speed");
  in_cache(&out->wide, "speed-wide-q8_0.gguf", MAKE "speed --kind wide");
  in_cache(&out->embed, "speed-embed-q8_0.gguf", MAKE "speed --kind embed");
  in_cache(&out->minilm, "all-minilm-l6-v2-f32.gguf", MAKE "minilm");
  in_cache(&out->sparse, "sparse-4g.gguf", MAKE "sparse");
}

bool bench_model_choose(struct bench_model *model, const char *path) {
  if (strlen(path) >= sizeof model->path) return false;
  strcpy(model->path, path);
  return true;
}
