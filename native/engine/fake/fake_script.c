#include "engine/fake/fake_script.h"

#include <stdio.h>
#include <string.h>

enum { STEP_SIZE_MAX = 128 };

static const struct {
  const char *name;
  unsigned number_count;
} verbs[FAKE_VERB_COUNT] = {
    [FAKE_ECHO] = {"echo", 0},
    [FAKE_PIECES] = {"pieces", 2},
    [FAKE_SLEEP] = {"sleep", 1},
    [FAKE_HANG] = {"hang", 0},
    [FAKE_SIGNAL] = {"signal", 1},
    [FAKE_EXIT] = {"exit", 1},
    [FAKE_FLOOD] = {"flood", 1},
    [FAKE_GARBAGE] = {"garbage", 0},
    [FAKE_WRONG_LENGTH] = {"wrong_length", 0},
    [FAKE_BAD_UTF8] = {"bad_utf8", 0},
    [FAKE_NAN] = {"nan", 0},
    [FAKE_SLOW_START] = {"slow_start", 1},
    [FAKE_SAY] = {"say", 0},
    [FAKE_TOOL] = {"tool", 0},
    [FAKE_REASON] = {"reason", 0},
    [FAKE_BAD_LOGPROBS] = {"bad_logprobs", 0},
};

static bool parse_number(const char *text, uint64_t *out) {
  uint64_t number = 0;
  if (*text == 0) return false;
  for (; *text != 0; text++) {
    if (*text < '0' || *text > '9' || number > (UINT64_MAX - 9) / 10) return false;
    number = number * 10 + (uint64_t)(*text - '0');
  }
  *out = number;
  return true;
}

static bool parse_moment(const char *text, struct fake_step *step) {
  if (strcmp(text, "start") == 0) {
    step->moment = FAKE_AT_START;
  } else if (strcmp(text, "accept") == 0) {
    step->moment = FAKE_AT_ACCEPT;
  } else if (strncmp(text, "piece:", 6) == 0) {
    step->moment = FAKE_AT_PIECE;
    return parse_number(text + 6, &step->piece) && step->piece > 0;
  } else {
    return false;
  }
  return true;
}

static bool parse_step(char *text, struct fake_step *step, char *problem, size_t capacity) {
  char *moment = strchr(text, '@');
  if (moment != NULL) {
    *moment++ = 0;
    moment[strcspn(moment, " \t")] = 0;
    if (!parse_moment(moment, step)) {
      snprintf(problem, capacity, "unknown moment \"@%s\", allowed are @start, @accept and @piece:N", moment);
      return false;
    }
  }
  char *rest = NULL;
  const char *name = strtok_r(text, " \t", &rest);
  if (name == NULL) {
    snprintf(problem, capacity, "a moment without a step");
    return false;
  }
  unsigned verb = 0;
  while (verb < FAKE_VERB_COUNT && strcmp(verbs[verb].name, name) != 0) verb++;
  if (verb == FAKE_VERB_COUNT) {
    snprintf(problem, capacity, "unknown step \"%s\"", name);
    return false;
  }
  step->verb = (enum fake_verb)verb;
  if (step->verb == FAKE_SLOW_START) step->moment = FAKE_AT_START;
  for (unsigned i = 0; i < verbs[verb].number_count; i++) {
    const char *number = strtok_r(NULL, " \t", &rest);
    if (number == NULL || !parse_number(number, &step->numbers[i])) {
      snprintf(problem, capacity, "step \"%s\" needs %u number(s)", verbs[verb].name, verbs[verb].number_count);
      return false;
    }
  }
  if (strtok_r(NULL, " \t", &rest) != NULL) {
    snprintf(problem, capacity, "step \"%s\" takes %u number(s)", verbs[verb].name, verbs[verb].number_count);
    return false;
  }
  return true;
}

/* "say TEXT", "tool NAME JSON", "reason TEXT": all up to the step's end is the text, whatever is in it. */
static bool parse_text(const char *text, size_t size, struct fake_step *step) {
  static const enum fake_verb with_text[] = {FAKE_SAY, FAKE_TOOL, FAKE_REASON};
  const size_t blank = strspn(text, " \t");
  for (unsigned i = 0; i < sizeof with_text / sizeof with_text[0]; i++) {
    const char *const name = verbs[with_text[i]].name;
    const size_t begin = blank + strlen(name) + 1;
    if (size < begin || memcmp(text + blank, name, begin - blank - 1) != 0 || text[begin - 1] != ' ') continue;
    *step = (struct fake_step){.verb = with_text[i], .text = text + begin, .size = size - begin};
    return true;
  }
  return false;
}

static bool is_blank(const char *text) {
  return text[strspn(text, " \t")] == 0;
}

bool fake_script_parse(const char *text, struct fake_script *out, char *problem, size_t capacity) {
  memset(out, 0, sizeof *out);
  bool in_turn = false;
  while (text != NULL && *text != 0) {
    char step_text[STEP_SIZE_MAX];
    const size_t size = strcspn(text, ";");
    if (out->count < FAKE_STEPS_MAX - 1 && parse_text(text, size, &out->steps[out->count])) {
      text += text[size] == ';' ? size + 1 : size;
      in_turn = true;
      out->count++;
      continue;
    }
    if (size >= sizeof step_text || out->count == FAKE_STEPS_MAX - 1) {
      snprintf(problem, capacity, "a step of more than %d bytes, or more than %d steps", STEP_SIZE_MAX - 1,
               FAKE_STEPS_MAX - 1);
      return false;
    }
    memcpy(step_text, text, size);
    step_text[size] = 0;
    text += text[size] == ';' ? size + 1 : size;
    if (is_blank(step_text)) continue;
    if (!parse_step(step_text, &out->steps[out->count], problem, capacity)) return false;
    in_turn |= out->steps[out->count].moment == FAKE_IN_TURN;
    out->count++;
  }
  /* A script that only says when to fail still answers. */
  if (!in_turn) out->steps[out->count++] = (struct fake_step){.verb = FAKE_ECHO};
  return true;
}
