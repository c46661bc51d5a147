/* A host program in C, measured from inside: what it times is what a program sees that has an LLM in this way.
 *
 *   comparison-host WAY MODEL THREADS      takes orders on stdin, one a line, and answers each with a JSON object:
 *     generate FIRST ROUNDS SECONDS STREAMS TOKENS    {"seconds":[...],"tokens":N,"text":"..."}, of the last round
 *     embed FIRST ROUNDS SECONDS TEXTS                {"seconds":[...],"vector":[...]}
 *     recover                                         {"seconds":[...]}: from kill -9 of the helper to the next token
 *     helper                                          {"pid":N}: of what computes elsewhere
 *   comparison-host answer|vectors MODEL THREADS ...  answers once: the program that the way popen runs
 *
 * At least one round, at most ROUNDS, and none is begun after SECONDS. FIRST numbers the prompts, so that no two calls
 * have a beginning in common that a cache could know. */
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <llmbridge/llmbridge.h>

#include "comparison_once.h"
#include "comparison_way.h"

enum { ROUNDS_MAX = 4096, LINE_SIZE = 256, PROMPT_SIZE = 96, SHOWN_NUMBERS = 8 };

struct order {
  unsigned first, rounds;
  double seconds;
  unsigned width; /* streams, or texts */
  unsigned tokens;
};

static struct way_answer answer;
static double taken_s[ROUNDS_MAX];

bool way_fail(struct way_answer *failed, const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(failed->problem, sizeof failed->problem, format, arguments);
  va_end(arguments);
  return false;
}

static double seconds_since(uint64_t begin_ns) {
  return (double)(llmb_clock_ns() - begin_ns) / 1e9;
}

static void print_text(const char *name, const char *text) {
  printf("\"%s\":\"", name);
  for (const unsigned char *at = (const unsigned char *)text; *at != '\0'; at++) {
    if (*at < ' ' || *at == '"' || *at == '\\') {
      printf("\\u%04x", *at);
    } else {
      putchar(*at);
    }
  }
  putchar('"');
}

static void print_problem(void) {
  putchar('{');
  print_text("error", answer.problem);
  puts("}");
}

static void print_seconds(unsigned count) {
  printf("{\"seconds\":[");
  for (unsigned i = 0; i < count; i++) printf("%s%.9f", i == 0 ? "" : ",", taken_s[i]);
  putchar(']');
}

static bool generate_round(const struct way *way, const struct way_options *options, const struct order *order,
                           unsigned number) {
  char prompt[PROMPT_SIZE];
  snprintf(prompt, sizeof prompt, "%05u. Once upon a time there was", number);
  return way->generate(options, prompt, order->width, order->tokens, &answer);
}

static bool embed_round(const struct way *way, const struct way_options *options, const struct order *order,
                        unsigned number) {
  static char texts[WAY_TEXTS_MAX][PROMPT_SIZE];
  const char *pointers[WAY_TEXTS_MAX];
  for (unsigned i = 0; i < order->width; i++) {
    snprintf(texts[i], sizeof texts[i], "%05u. The quick brown fox jumps over the lazy dog and runs away",
             number * order->width + i);
    pointers[i] = texts[i];
  }
  return way->embed(options, pointers, order->width, &answer);
}

typedef bool round_function(const struct way *way, const struct way_options *options, const struct order *order,
                            unsigned number);

/* Prints the times and leaves the object open; the last round's answer is left in `answer`. */
static bool run_rounds(round_function *run, const struct way *way, const struct way_options *options,
                       struct order order) {
  const uint64_t begin_ns = llmb_clock_ns();
  unsigned count = 0;
  if (order.rounds > ROUNDS_MAX) order.rounds = ROUNDS_MAX;
  while (count == 0 || (count < order.rounds && seconds_since(begin_ns) < order.seconds)) {
    answer.tokens = 0;
    const uint64_t round_ns = llmb_clock_ns();
    if (!run(way, options, &order, order.first + count)) return false;
    taken_s[count++] = seconds_since(round_ns);
  }
  print_seconds(count);
  return true;
}

static bool order_generate(const struct way *way, const struct way_options *options, struct order order) {
  if (order.width == 0 || order.width > WAY_STREAMS_MAX) return way_fail(&answer, "1 to %d streams", WAY_STREAMS_MAX);
  if (!run_rounds(generate_round, way, options, order)) return false;
  printf(",\"tokens\":%llu,", (unsigned long long)answer.tokens);
  print_text("text", answer.text);
  puts("}");
  return true;
}

static bool order_embed(const struct way *way, const struct way_options *options, struct order order) {
  if (order.width == 0 || order.width > WAY_TEXTS_MAX) return way_fail(&answer, "1 to %d texts", WAY_TEXTS_MAX);
  if (!run_rounds(embed_round, way, options, order)) return false;
  printf(",\"vector\":[");
  for (unsigned i = 0; i < SHOWN_NUMBERS && i < answer.dimension; i++)
    printf("%s%.6f", i ? "," : "", answer.vectors[i]);
  puts("]}");
  return true;
}

static bool order_recover(const struct way *way, const struct way_options *options, struct order order) {
  const int helper = way->helper == NULL ? 0 : way->helper();
  if (helper == 0) return way_fail(&answer, "there is nothing that could be killed but the host");
  const uint64_t begin_ns = llmb_clock_ns();
  kill(helper, SIGKILL);
  if (!generate_round(way, options, &order, order.first)) return false;
  taken_s[0] = seconds_since(begin_ns);
  print_seconds(1);
  puts("}");
  return true;
}

static bool obey(const struct way *way, const struct way_options *options, const char *line) {
  struct order order = {.width = 1, .tokens = 1};
  if (sscanf(line, "generate %u %u %lf %u %u", &order.first, &order.rounds, &order.seconds, &order.width,
             &order.tokens) == 5) {
    return order_generate(way, options, order);
  }
  if (sscanf(line, "embed %u %u %lf %u", &order.first, &order.rounds, &order.seconds, &order.width) == 4) {
    return order_embed(way, options, order);
  }
  if (sscanf(line, "recover %u", &order.first) == 1) return order_recover(way, options, order);
  if (strncmp(line, "helper", 6) == 0) return printf("{\"pid\":%d}\n", way->helper == NULL ? 0 : way->helper()) > 0;
  return way_fail(&answer, "an unknown order");
}

int main(int argc, char **argv) {
  static const struct way *const ways[] = {&way_bridge, &way_inprocess, &way_popen};
  const struct way *way = NULL;
  char line[LINE_SIZE];
  if (argc < 4) return 2;
  const struct way_options options = {.program = argv[0], .model = argv[2], .threads = argv[3]};
  if (strcmp(argv[1], "answer") == 0) return answer_once(&options, argv + 4, argc - 4, &answer);
  if (strcmp(argv[1], "vectors") == 0) return vectors_once(&options, argv + 4, argc - 4, &answer);
  for (size_t i = 0; i < sizeof ways / sizeof *ways; i++) {
    if (strcmp(argv[1], ways[i]->name) == 0) way = ways[i];
  }
  if (way == NULL) return 2;
  while (fgets(line, sizeof line, stdin) != NULL) {
    if (!obey(way, &options, line)) print_problem();
    fflush(stdout);
  }
  if (way->close != NULL) way->close();
  return 0;
}
