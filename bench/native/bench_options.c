#include "bench_options.h"

#include <getopt.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "bench_metric.h"

/* A quick run takes a sixth of the time of a default one. */
#define QUICK_SCALE (1.0 / 6)

void bench_options_print_usage(void) {
  puts(
      "usage: llmbridge-bench [--filter TEXT] [--json] [--quick] [--list] [--model FILE] [--speed-model FILE]\n"
      "                       [--embed-model FILE] [--threads N] [--pin]\n"
      "  --filter TEXT  the metric of this name, or those whose names contain it\n"
      "  --json         one JSON object a line instead of a table\n"
      "  --quick        two minutes instead of four and a half: rougher figures\n"
      "  --list         what is measured against what, and the targets\n"
      "  --model FILE   a tiny GGUF file, for what a call costs; default: share/llmbridge/demo.gguf of this "
      "installation\n"
      "  --speed-model FILE, --embed-model FILE\n"
      "                 GGUF files of a real size, for tokens and texts a second; default: those that\n"
      "                 `dotnet run --project managed/LlmBridge.TestModels -- speed` keeps in its cache\n"
      "  --threads N    threads of the llama engine and of its baseline; default: the library's own\n"
      "  --pin          in the two-process metrics, each process on a processor of its own");
}

static bool cut_last(char *path) {
  char *slash = strrchr(path, '/');
  if (slash != NULL) *slash = 0;
  return slash != NULL;
}

/* An installed tree, or a package's one folder, in which the helpers lie beside this program. */
static bool find_installation(struct bench_options *options) {
  char path[BENCH_FOLDER_SIZE], beside[BENCH_FOLDER_SIZE + 32];
  const ssize_t size = readlink("/proc/self/exe", path, sizeof path - 1);
  if (size <= 0) return false;
  path[size] = 0;
  if (!cut_last(path)) return false;
  snprintf(options->programs, sizeof options->programs, "%s", path);
  snprintf(beside, sizeof beside, "%s/bench-noop", path);
  const bool is_package = access(beside, F_OK) == 0;
  if (!is_package && !cut_last(path)) return false;
  snprintf(options->helpers, sizeof options->helpers, "%s%s", path, is_package ? "" : "/lib/llmbridge");
  snprintf(options->shared, sizeof options->shared, "%s%s", path, is_package ? "" : "/share/llmbridge");
  bench_models_find(&options->models, options->shared);
  return true;
}

static void note_filter(struct bench_options *options) {
  for (unsigned i = 0; options->filter != NULL && i < bench_metric_count; i++) {
    options->exact |= strcmp(options->filter, bench_metrics[i].name) == 0;
  }
}

static bool choose(struct bench_model *model, const char *path) {
  if (bench_model_choose(model, path)) return true;
  fprintf(stderr, "llmbridge-bench: a path is too long: %s\n", path);
  return false;
}

bool bench_options_read(struct bench_options *out, int argc, char **argv) {
  static const struct option known[] = {
      {"filter", required_argument, NULL, 'f'},
      {"json", no_argument, NULL, 'j'},
      {"quick", no_argument, NULL, 'q'},
      {"list", no_argument, NULL, 'l'},
      {"model", required_argument, NULL, 'm'},
      {"speed-model", required_argument, NULL, 's'},
      {"embed-model", required_argument, NULL, 'e'},
      {"pin", no_argument, NULL, 'p'},
      {"threads", required_argument, NULL, 't'},
      {"help", no_argument, NULL, 'h'},
      {NULL, 0, NULL, 0},
  };
  *out = (struct bench_options){.scale = 1};
  if (!find_installation(out)) {
    fputs("llmbridge-bench: cannot tell where this program lies\n", stderr);
    return false;
  }
  for (int option; (option = getopt_long(argc, argv, "m:", known, NULL)) != -1;) {
    if (option == 'f') out->filter = optarg;
    if (option == 'm' && !choose(&out->models.tiny, optarg)) return false;
    if (option == 's' && !choose(&out->models.speed, optarg)) return false;
    if (option == 'e' && !choose(&out->models.embed, optarg)) return false;
    if (option == 't') out->threads = optarg;
    if (option == 'j') out->json = true;
    if (option == 'q') out->quick = true;
    if (option == 'l') out->list = true;
    if (option == 'p') out->pin = true;
    if (option == 'h') out->help = true;
    if (option == '?') return false;
  }
  if (optind < argc) {
    fprintf(stderr, "llmbridge-bench: not understood: %s\n", argv[optind]);
    return false;
  }
  if (out->quick) out->scale = QUICK_SCALE;
  note_filter(out);
  return true;
}
