/* libllama in this process: the module that llmbridge-bench measures itself against. */
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "baseline/llama_baseline.h"
#include "comparison_way.h"

static struct {
  llama_baseline_open_function *open;
  llama_baseline_generate_function *generate;
  llama_baseline_text_function *text;
} module;
static struct llama_baseline *loaded;

/* The module lies beside this program. */
static bool load_module(const char *program, struct way_answer *answer) {
  char path[8192];
  const char *end = strrchr(program, '/');
  snprintf(path, sizeof path, "%.*s/bench-llama.so", end == NULL ? 1 : (int)(end - program),
           end == NULL ? "." : program);
  void *handle = dlopen(path, RTLD_NOW | RTLD_LOCAL);
  if (handle == NULL) return way_fail(answer, "%s", dlerror());
  *(void **)&module.open = dlsym(handle, "llama_baseline_open");
  *(void **)&module.generate = dlsym(handle, "llama_baseline_generate");
  *(void **)&module.text = dlsym(handle, "llama_baseline_text");
  if (module.open != NULL && module.generate != NULL && module.text != NULL) return true;
  return way_fail(answer, "%s is of another version", path);
}

static bool open_model(const struct way_options *options, struct way_answer *answer) {
  const struct llama_baseline_options baseline = {
      .model = options->model,
      .context = WAY_CONTEXT,
      .threads = (uint32_t)strtoul(options->threads, NULL, 10),
      .sequences = WAY_STREAMS_MAX,
  };
  if (loaded != NULL) return true;
  if (!load_module(options->program, answer)) return false;
  loaded = module.open(&baseline);
  return loaded != NULL || way_fail(answer, "the model does not load");
}

static bool generate(const struct way_options *options, const char *prompt, unsigned streams, unsigned tokens,
                     struct way_answer *answer) {
  if (!open_model(options, answer)) return false;
  answer->tokens = module.generate(loaded, prompt, tokens, streams);
  if (answer->tokens == 0) return way_fail(answer, "no token came");
  snprintf(answer->text, sizeof answer->text, "%s", module.text(loaded));
  return true;
}

static bool embed_texts(const struct way_options *options, const char *const *texts, unsigned count,
                        struct way_answer *answer) {
  (void)options, (void)texts, (void)count;
  return way_fail(answer, "not there yet");
}

const struct way way_inprocess = {.name = "inprocess", .generate = generate, .embed = embed_texts};
