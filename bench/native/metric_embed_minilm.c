/* embed_minilm: all-MiniLM-L6-v2, one text of twenty words a call; embed_minilm_10: ten such texts a call; both beside
 * libllama in a process that uses it directly. embed_minilm_cold_start: nothing runs, and then there is a vector;
 * beside libllama loaded into a fresh process. embed_minilm_restart: the worker is killed, and then there is a vector;
 * beside the same. embed_minilm_host: what the host gains by embedding. */
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "bench_child.h"
#include "bench_embed.h"
#include "bench_memory.h"

enum { TEXTS = 10, HOST_CALLS = 20 };

static const char *const sentences[TEXTS] = {
    "The harbour was quiet that morning since every boat had already gone out to meet the herring before sun rose",
    "A good index lets the database find one row among millions without reading all the pages of the whole table",
    "She kept the recipe for her grandmother's plum cake in a small tin box that nobody else was to open",
    "When two processes share memory each of them must check what the other one writes before it believes one word",
    "The committee will publish its report on the bridge in spring although most of its measurements are from last "
    "year",
    "Our cat sleeps on the warm router all winter long and moves to the cool stone steps when May comes",
    "Light from that galaxy left it before there were people to look up and wonder what those faint points were",
    "He returned the book to the library eleven years late and paid it with a jar of old copper coins",
    "To install the package open a terminal and type the command shown below then wait until the prompt comes back",
    "Rain fell for nine days and on the tenth the river stood in the square between the stalls of bakers",
};

static struct bench_texts texts_of(uint32_t count) {
  static uint64_t sizes[TEXTS];
  for (int i = 0; i < TEXTS; i++) sizes[i] = strlen(sentences[i]);
  return (struct bench_texts){.at = sentences, .sizes = sizes, .count = count};
}

enum bench_outcome measure_embed_minilm(struct bench_run *run) {
  const struct bench_texts one = texts_of(1);
  return bench_embed_rates(run, &run->options->models.minilm, &one);
}

enum bench_outcome measure_embed_minilm_10(struct bench_run *run) {
  const struct bench_texts ten = texts_of(TEXTS);
  return bench_embed_rates(run, &run->options->models.minilm, &ten);
}

static bool start_cold(struct bench_run *run, double *out_ms) {
  const struct bench_texts one = texts_of(1);
  llmb_bridge *bridge = NULL;
  const uint64_t begin_ns = llmb_clock_ns();
  bool good = bench_bridge_open(run, bench_llama_settings(run, &run->options->models.minilm, "4", "1"), &bridge);
  good = good && bench_embed(run, bridge, &one);
  *out_ms = (double)(llmb_clock_ns() - begin_ns) / 1e6;
  llmb_bridge_close(bridge);
  return good;
}

/* A bridge of its own for each kill: how restarts are limited over time is not the question here. */
static bool restart(struct bench_run *run, double *out_ms) {
  const struct bench_texts one = texts_of(1);
  llmb_bridge *bridge = NULL;
  int engine = 0;
  bool good = bench_bridge_start(run, bench_llama_settings(run, &run->options->models.minilm, "4", "1"), &bridge);
  good = good && bench_embed(run, bridge, &one) && bench_bridge_engine(run, bridge, &engine);
  if (good) {
    const uint64_t begin_ns = llmb_clock_ns();
    kill(engine, SIGKILL);
    good = bench_embed(run, bridge, &one);
    *out_ms = (double)(llmb_clock_ns() - begin_ns) / 1e6;
  }
  llmb_bridge_close(bridge);
  return good;
}

static enum bench_outcome measure_start(struct bench_run *run, bool (*start)(struct bench_run *run, double *out_ms)) {
  const struct bench_model *model = &run->options->models.minilm;
  const struct bench_texts one = texts_of(1);
  double ms = 0;
  if (!bench_llama_present(run, model)) return BENCH_SKIPPED;
  if (!start(run, &ms)) return BENCH_FAILED; /* so that the files are in memory */
  while (bench_run_next(run)) {
    const double baseline_ms = bench_embed_first_use(run, model, &one);
    if (baseline_ms <= 0 || !start(run, &ms)) return BENCH_FAILED;
    bench_samples_add(&run->result.baseline, baseline_ms);
    bench_samples_add(&run->result.values, ms);
  }
  return BENCH_MEASURED;
}

enum bench_outcome measure_embed_minilm_cold_start(struct bench_run *run) {
  return measure_start(run, start_cold);
}

enum bench_outcome measure_embed_minilm_restart(struct bench_run *run) {
  return measure_start(run, restart);
}

/* In a fresh child each time: what one use leaves behind would hide the next one's growth. Gives the KiB gained, below
 * 0 on failure. */
static void serve_gain(int in, int out, const void *data) {
  const struct bench_run *shared = data;
  struct bench_run run = *shared;
  const struct bench_texts ten = texts_of(TEXTS);
  llmb_bridge *bridge = NULL;
  (void)in;
  const double before = bench_memory_private_kib(getpid());
  bool good = bench_bridge_start(&run, bench_llama_settings(&run, &run.options->models.minilm, "4", "1"), &bridge);
  for (int i = 0; good && i < HOST_CALLS; i++) good = bench_embed(&run, bridge, &ten);
  const double gain = good && before > 0 ? bench_memory_private_kib(getpid()) - before : -1;
  llmb_bridge_close(bridge);
  bench_pipe_write(out, &gain, sizeof gain);
}

enum bench_outcome measure_embed_minilm_host(struct bench_run *run) {
  if (!bench_llama_present(run, &run->options->models.minilm)) return BENCH_SKIPPED;
  while (bench_run_next(run)) {
    struct bench_child child;
    double gain = -1;
    if (!bench_child_start(&child, serve_gain, run)) return bench_fail(run, "could not fork a host");
    const bool came = bench_pipe_read(child.from, &gain, sizeof gain);
    bench_child_stop(&child);
    if (!came || gain < 0) return bench_fail(run, "the forked host failed to embed");
    bench_samples_add(&run->result.values, gain);
  }
  return BENCH_MEASURED;
}
