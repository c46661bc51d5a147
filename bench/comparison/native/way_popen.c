/* A shell for each call: popen() of a program that loads the model, answers and ends. The program is this one. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "comparison_way.h"

enum { COMMAND_SIZE = 32768, LINE_SIZE = 65536 };

/* One argument as the shell takes it; the texts here have no quotes. */
static void append(char *command, const char *argument) {
  const size_t used = strlen(command);
  snprintf(command + used, COMMAND_SIZE - used, " '%s'", argument);
}

static FILE *start(const struct way_options *options, const char *verb, const char *const *arguments, unsigned count,
                   struct way_answer *answer) {
  char command[COMMAND_SIZE] = "exec";
  append(command, options->program);
  append(command, verb);
  append(command, options->model);
  append(command, options->threads);
  for (unsigned i = 0; i < count; i++) append(command, arguments[i]);
  FILE *output = popen(command, "re");
  if (output == NULL) way_fail(answer, "popen failed");
  return output;
}

/* What the program prints: the number of tokens, then the text to its end. */
static bool read_text(FILE *output, struct way_answer *answer) {
  unsigned tokens = 0;
  const bool good = fscanf(output, "%u", &tokens) == 1 && fgetc(output) == '\n';
  const size_t size = fread(answer->text, 1, sizeof answer->text - 1, output);
  answer->text[size] = '\0';
  answer->tokens += tokens;
  return (pclose(output) == 0 && good) || way_fail(answer, "the command failed");
}

/* One after the other: several at once, each with its own threads, take longer on few processors. */
static bool generate(const struct way_options *options, const char *prompt, unsigned streams, unsigned tokens,
                     struct way_answer *answer) {
  char number[16];
  snprintf(number, sizeof number, "%u", tokens);
  const char *const arguments[] = {number, prompt};
  for (unsigned i = 0; i < streams; i++) {
    FILE *output = start(options, "answer", arguments, 2, answer);
    if (output == NULL || !read_text(output, answer)) return false;
  }
  return true;
}

/* A vector a line. */
static bool read_vectors(FILE *output, unsigned count, struct way_answer *answer) {
  static char line[LINE_SIZE];
  unsigned lines = 0;
  uint64_t used = 0;
  for (; lines < count && fgets(line, sizeof line, output) != NULL; lines++) {
    char *rest = line;
    for (char *begin = line; used < WAY_TEXTS_MAX * WAY_DIMENSION_MAX; begin = rest, used++) {
      answer->vectors[used] = strtof(begin, &rest);
      if (rest == begin) break;
    }
  }
  answer->dimension = used / count;
  return (pclose(output) == 0 && lines == count) || way_fail(answer, "the command failed");
}

static bool embed_texts(const struct way_options *options, const char *const *texts, unsigned count,
                        struct way_answer *answer) {
  FILE *output = start(options, "vectors", texts, count, answer);
  return output != NULL && read_vectors(output, count, answer);
}

const struct way way_popen = {.name = "popen", .generate = generate, .embed = embed_texts};
