#include "bench_llama.h"

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { CONTEXT = 1024, PATH_SIZE = 8192 };
#define CONTEXT_TEXT "1024"

struct job {
  uint32_t max_tokens, streams;
};
struct job_done {
  double seconds;
  uint64_t tokens; /* 0: it failed */
};

static void module_path(const struct bench_run *run, char *path) {
  snprintf(path, PATH_SIZE, "%s/bench-llama.so", run->options->helpers);
}

bool bench_llama_present(struct bench_run *run, const struct bench_model *model) {
  char path[PATH_SIZE];
  module_path(run, path);
  if (access(path, R_OK) != 0) {
    bench_skip(run, "no %s: it comes with a build that has llama.cpp", path);
  } else if (access(model->path, R_OK) != 0) {
    bench_skip(run, "no model at %s; %s", model->path, model->remedy);
  } else {
    return true;
  }
  return false;
}

const char *const *bench_llama_settings(const struct bench_run *run, const struct bench_model *model, const char *slots,
                                        const char *max_tokens) {
  return bench_llama_settings_in(run, model, slots, max_tokens, CONTEXT_TEXT);
}

const char *const *bench_llama_settings_in(const struct bench_run *run, const struct bench_model *model,
                                           const char *slots, const char *max_tokens, const char *context) {
  static const char *settings[20];
  /* Time enough for eight streams on a busy machine; the calls are measured, not limited. */
  const char *const all[] = {
      "engine", "llama",      "model",    model->path,     "slots", slots,        "context",
      context,  "max_tokens", max_tokens, "prompt_format", "raw",   "timeout_ms", "600000",
  };
  const size_t count = sizeof all / sizeof all[0];
  memcpy(settings, all, sizeof all);
  settings[count] = run->options->threads != NULL ? "threads" : NULL;
  settings[count + 1] = run->options->threads;
  settings[count + 2] = NULL;
  return settings;
}

void *bench_llama_module(const struct bench_run *run) {
  char path[PATH_SIZE];
  module_path(run, path);
  void *module = dlopen(path, RTLD_NOW | RTLD_LOCAL);
  if (module == NULL) fprintf(stderr, "llmbridge-bench: %s\n", dlerror());
  return module;
}

struct llama_baseline_options bench_llama_baseline_options(const struct bench_run *run, const struct bench_model *model,
                                                           unsigned slots) {
  return (struct llama_baseline_options){
      .model = model->path,
      .context = CONTEXT,
      .threads = run->options->threads != NULL ? (uint32_t)strtoul(run->options->threads, NULL, 10) : 0,
      .sequences = slots,
  };
}

/* What a baseline's process is to have loaded. */
struct session {
  struct bench_run *run;
  const struct bench_model *model;
  unsigned slots;
};

/* The baseline module's functions, in the process that calls this; false if it cannot be loaded. */
struct baseline {
  llama_baseline_open_function *open;
  llama_baseline_generate_function *generate;
  struct llama_baseline *loaded;
};

static bool baseline_load(struct baseline *out, const struct session *session) {
  void *module = bench_llama_module(session->run);
  if (module == NULL) return false;
  *(void **)&out->open = dlsym(module, "llama_baseline_open");
  *(void **)&out->generate = dlsym(module, "llama_baseline_generate");
  if (out->open == NULL || out->generate == NULL) return false;
  const struct llama_baseline_options options =
      bench_llama_baseline_options(session->run, session->model, session->slots);
  out->loaded = out->open(&options);
  return out->loaded != NULL;
}

enum { FIRST_USE_SLOTS = 4 }; /* the setting's default */

static void serve_first_use(int in, int out, const void *data) {
  struct baseline baseline;
  struct job_done done = {0};
  (void)in;
  const uint64_t begin_ns = llmb_clock_ns();
  if (baseline_load(&baseline, data)) {
    done.tokens = baseline.generate(baseline.loaded, BENCH_LLAMA_PROMPT, 1, 1);
  }
  done.seconds = (double)(llmb_clock_ns() - begin_ns) / 1e9;
  bench_pipe_write(out, &done, sizeof done);
}

double bench_llama_first_use(struct bench_run *run, const struct bench_model *model) {
  const struct session session = {.run = run, .model = model, .slots = FIRST_USE_SLOTS};
  struct bench_child child;
  struct job_done done = {0};
  if (!bench_child_start(&child, serve_first_use, &session)) {
    bench_fail(run, "could not fork the baseline");
    return 0;
  }
  const bool came = bench_pipe_read(child.from, &done, sizeof done);
  bench_child_stop(&child);
  if (came && done.tokens > 0) return done.seconds * 1e3;
  bench_fail(run, "libllama in-process gave no token");
  return 0;
}

static void serve_session(int in, int out, const void *data) {
  struct baseline baseline;
  const uint8_t ready = baseline_load(&baseline, data);
  if (!bench_pipe_write(out, &ready, sizeof ready) || !ready) return;
  for (struct job job; bench_pipe_read(in, &job, sizeof job);) {
    struct job_done done = {0};
    const uint64_t begin_ns = llmb_clock_ns();
    done.tokens = baseline.generate(baseline.loaded, BENCH_LLAMA_PROMPT, job.max_tokens, job.streams);
    done.seconds = (double)(llmb_clock_ns() - begin_ns) / 1e9;
    if (!bench_pipe_write(out, &done, sizeof done)) return;
  }
}

bool bench_llama_start(struct bench_run *run, const struct bench_model *model, unsigned slots,
                       struct bench_child *out) {
  const struct session session = {.run = run, .model = model, .slots = slots};
  uint8_t ready = 0;
  if (!bench_child_start(out, serve_session, &session)) {
    bench_fail(run, "could not fork the baseline");
    return false;
  }
  if (bench_pipe_read(out->from, &ready, sizeof ready) && ready) return true;
  bench_child_stop(out);
  bench_fail(run, "libllama in-process could not load the model");
  return false;
}

bool bench_llama_generate(struct bench_run *run, const struct bench_child *child, unsigned max_tokens, unsigned streams,
                          double *out_seconds, uint64_t *out_tokens) {
  const struct job job = {.max_tokens = max_tokens, .streams = streams};
  struct job_done done = {0};
  if (!bench_pipe_write(child->to, &job, sizeof job) || !bench_pipe_read(child->from, &done, sizeof done) ||
      done.tokens == 0) {
    bench_fail(run, "libllama in-process failed to answer");
    return false;
  }
  *out_seconds = done.seconds;
  *out_tokens = done.tokens;
  return true;
}
