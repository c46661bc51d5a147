/* libllama in this process: the module that llmbridge-bench measures itself against. */
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "baseline/llama_embed_baseline.h"
#include "comparison_way.h"

static struct {
  llama_baseline_open_function *open;
  llama_baseline_generate_function *generate;
  llama_baseline_text_function *text;
  llama_embed_baseline_open_function *embed_open;
  llama_embed_baseline_run_function *embed_run;
  llama_embed_baseline_vector_function *embed_vector;
} module;
static struct llama_baseline *generator;
static struct llama_embed_baseline *embedder;

/* The module lies beside this program. */
static bool load_module(const char *program, struct way_answer *answer) {
  char path[8192];
  const char *end = strrchr(program, '/');
  if (module.open != NULL) return true;
  snprintf(path, sizeof path, "%.*s/bench-llama.so", end == NULL ? 1 : (int)(end - program),
           end == NULL ? "." : program);
  void *handle = dlopen(path, RTLD_NOW | RTLD_LOCAL);
  if (handle == NULL) return way_fail(answer, "%s", dlerror());
  *(void **)&module.generate = dlsym(handle, "llama_baseline_generate");
  *(void **)&module.text = dlsym(handle, "llama_baseline_text");
  *(void **)&module.embed_open = dlsym(handle, "llama_embed_baseline_open");
  *(void **)&module.embed_run = dlsym(handle, "llama_embed_baseline_run");
  *(void **)&module.embed_vector = dlsym(handle, "llama_embed_baseline_vector");
  *(void **)&module.open = dlsym(handle, "llama_baseline_open");
  return (module.open != NULL && module.embed_vector != NULL) || way_fail(answer, "%s is of another version", path);
}

static struct llama_baseline_options baseline_options(const struct way_options *options) {
  return (struct llama_baseline_options){
      .model = options->model,
      .context = WAY_CONTEXT,
      .threads = (uint32_t)strtoul(options->threads, NULL, 10),
      .sequences = WAY_STREAMS_MAX,
  };
}

static bool generate(const struct way_options *options, const char *prompt, unsigned streams, unsigned tokens,
                     struct way_answer *answer) {
  const struct llama_baseline_options baseline = baseline_options(options);
  if (!load_module(options->program, answer)) return false;
  if (generator == NULL) generator = module.open(&baseline);
  if (generator == NULL) return way_fail(answer, "the model does not load");
  answer->tokens = module.generate(generator, prompt, tokens, streams);
  if (answer->tokens == 0) return way_fail(answer, "no token came");
  snprintf(answer->text, sizeof answer->text, "%s", module.text(generator));
  return true;
}

static bool embed_texts(const struct way_options *options, const char *const *texts, unsigned count,
                        struct way_answer *answer) {
  const struct llama_baseline_options baseline = baseline_options(options);
  if (!load_module(options->program, answer)) return false;
  if (embedder == NULL) embedder = module.embed_open(&baseline);
  if (embedder == NULL) return way_fail(answer, "the model does not load");
  answer->dimension = module.embed_run(embedder, texts, count);
  if (answer->dimension == 0 || answer->dimension > WAY_DIMENSION_MAX)
    return way_fail(answer, "no vector came that fits");
  for (unsigned i = 0; i < count; i++) {
    memcpy(answer->vectors + i * answer->dimension, module.embed_vector(embedder, i),
           answer->dimension * sizeof(float));
  }
  return true;
}

const struct way way_inprocess = {.name = "inprocess", .generate = generate, .embed = embed_texts};
