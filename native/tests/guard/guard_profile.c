/* Where the instructions of a scenario's unit are: the functions of host and engine that execute most of them. Of one
 * processor, and without the kernel. Usage: guard_profile [SCENARIO] [FUNCTIONS] */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/guard/guard_scenarios.h"

struct share {
  const struct guard_symbol *symbol;
  uint64_t count;
};

static int by_symbol(const void *left, const void *right) {
  const struct share *a = left, *b = right;
  return (a->symbol > b->symbol) - (a->symbol < b->symbol);
}

static int by_count(const void *left, const void *right) {
  const struct share *a = left, *b = right;
  return (a->count < b->count) - (a->count > b->count);
}

/* One share for each site, then one for each function. */
static size_t gather(const struct guard_sites *sites, const struct guard_symbols *symbols, struct share *shares) {
  size_t count = 0, functions = 0;
  for (size_t i = 0; i < GUARD_SITES_MAX; i++) {
    if (sites->table[i].count == 0) continue;
    shares[count++] = (struct share){guard_symbol_at(symbols, sites->table[i].address), sites->table[i].count};
  }
  qsort(shares, count, sizeof *shares, by_symbol);
  for (size_t i = 0; i < count; i++) {
    if (functions > 0 && shares[functions - 1].symbol == shares[i].symbol) {
      shares[functions - 1].count += shares[i].count;
    } else {
      shares[functions++] = shares[i];
    }
  }
  qsort(shares, functions, sizeof *shares, by_count);
  return functions;
}

static void print_side(const char *name, const struct guard_trace *trace, enum guard_side side, unsigned lines) {
  static struct share shares[GUARD_SITES_MAX];
  const size_t functions = gather(trace->sites[side], &trace->symbols[side], shares);
  uint64_t total = 0;
  for (size_t i = 0; i < functions; i++) total += shares[i].count;
  printf("\n%s: %.1f instructions a unit, in %zu functions\n\n", name, (double)total / GUARD_UNITS, functions);
  for (size_t i = 0; i < functions && i < lines; i++) {
    const struct guard_symbol *symbol = shares[i].symbol;
    printf("%10.1f %5.1f %%  %s (%s)\n", (double)shares[i].count / GUARD_UNITS,
           100 * (double)shares[i].count / (double)total, symbol == NULL ? "?" : symbol->name,
           symbol == NULL ? "?" : symbol->file);
  }
}

int main(int argc, char **argv) {
  const struct guard_scenario *scenario = guard_scenario_named(argc > 1 ? argv[1] : "generate");
  const unsigned lines = argc > 2 ? (unsigned)strtoul(argv[2], NULL, 10) : 30;
  struct guard_trace trace;
  char reason[256];
  if (scenario == NULL || argc > 3) {
    fprintf(stderr, "usage: %s [SCENARIO] [FUNCTIONS], a scenario is one of:\n", argv[0]);
    for (size_t i = 0; i < guard_scenario_count; i++) fprintf(stderr, "  %s\n", guard_scenarios[i].name);
    return 2;
  }
  if (!guard_may_trace(reason, sizeof reason)) {
    fprintf(stderr, "%s\n", reason);
    return 1;
  }
  const bool traced = guard_trace_scenario(scenario, &trace);
  if (traced) {
    print_side("host", &trace, GUARD_HOST, lines);
    print_side("engine", &trace, GUARD_ENGINE, lines);
  }
  guard_trace_free(&trace);
  return traced ? 0 : 1;
}
