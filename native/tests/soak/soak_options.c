#include "tests/soak/soak_options.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { CYCLES_DEFAULT = 1000000, MINUTES_DEFAULT = 480, THREADS_DEFAULT = 6, SECONDS_IN_MINUTE = 60 };

void soak_options_print_usage(void) {
  puts(
      "Usage: llmbridge-soak crash|mixed [OPTION]...\n"
      "  crash            engines are killed at random moments; every next call must be answered\n"
      "  mixed            streams, embeddings, kills, stops, garbage and cancelled calls side by side\n"
      "  --cycles N       crash: how many kills (1000000)\n"
      "  --minutes N      mixed: how long (480)\n"
      "  --seconds N      the same in seconds\n"
      "  --threads N      threads that call (6)\n"
      "  --seed N         of the random choices (1)\n"
      "  --json           one JSON object in place of the table\n"
      "The exit status is 1 if anything was lost, leaked or wrong.");
}

static bool read_number(const char *name, const char *text, uint64_t maximum, uint64_t *out) {
  char *end = NULL;
  const unsigned long long number = text == NULL ? 0 : strtoull(text, &end, 10);
  if (text == NULL || *text < '0' || *text > '9' || *end != 0 || number == 0 || number > maximum) {
    fprintf(stderr, "llmbridge-soak: %s needs a number from 1 to %llu\n", name, (unsigned long long)maximum);
    return false;
  }
  *out = number;
  return true;
}

static bool read_option(struct soak_options *out, const char *name, const char *value) {
  uint64_t number = 0;
  if (strcmp(name, "--cycles") == 0) return read_number(name, value, UINT64_C(1000000000), &out->cycles);
  if (strcmp(name, "--seconds") == 0) return read_number(name, value, UINT64_C(10000000), &out->seconds);
  if (strcmp(name, "--seed") == 0) return read_number(name, value, UINT64_MAX, &out->seed);
  if (strcmp(name, "--minutes") == 0) {
    if (!read_number(name, value, UINT64_C(100000), &number)) return false;
    out->seconds = number * SECONDS_IN_MINUTE;
    return true;
  }
  if (strcmp(name, "--threads") == 0) {
    if (!read_number(name, value, SOAK_THREADS_MAX, &number)) return false;
    out->threads = (unsigned)number;
    return true;
  }
  fprintf(stderr, "llmbridge-soak: there is no option %s; --help lists them\n", name);
  return false;
}

bool soak_options_read(struct soak_options *out, int argc, char **argv) {
  *out = (struct soak_options){
      .cycles = CYCLES_DEFAULT, .seconds = MINUTES_DEFAULT * SECONDS_IN_MINUTE, .seed = 1, .threads = THREADS_DEFAULT};
  if (argc > 1 && strcmp(argv[1], "--help") == 0) {
    out->help = true;
    return true;
  }
  if (argc > 1 && strcmp(argv[1], "crash") == 0) {
    out->kind = SOAK_CRASH;
  } else if (argc > 1 && strcmp(argv[1], "mixed") == 0) {
    out->kind = SOAK_MIXED;
  } else {
    fprintf(stderr, "llmbridge-soak: the first argument is crash or mixed; --help says more\n");
    return false;
  }
  for (int i = 2; i < argc; i++) {
    if (strcmp(argv[i], "--json") == 0) {
      out->json = true;
      continue;
    }
    if (!read_option(out, argv[i], argv[i + 1])) return false;
    i++;
  }
  return true;
}
