/* The models that the llama metrics need, and where they are. */
#ifndef LLMB_BENCH_MODEL_H
#define LLMB_BENCH_MODEL_H

#include <stdbool.h>

struct bench_model {
  char path[4096 + 64];
  const char *remedy; /* how to come by it */
};

struct bench_models {
  struct bench_model tiny;   /* so small that its decode hides nothing */
  struct bench_model speed;  /* a real size, to generate with */
  struct bench_model wide;   /* the same with a vocabulary of 128,256 */
  struct bench_model embed;  /* a real size, to embed with */
  struct bench_model minilm; /* all-MiniLM-L6-v2 */
  struct bench_model sparse; /* 4.3 GB of holes */
};

/* Sets the default paths: the demonstration model in `shared`, and the models that LlmBridge.TestModels keeps in
 * the cache folder. */
void bench_models_find(struct bench_models *out, const char *shared);

/* Takes another file for one of them; false when its name is too long. */
bool bench_model_choose(struct bench_model *model, const char *path);

#endif
