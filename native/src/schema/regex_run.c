#include "schema/regex_run.h"

#include <string.h>

#include "core/memory.h"
#include "schema/regex_program.h"

enum { REGEX_NOTHING = REGEX_CHARACTER_MAX + 1 }; /* what stands before a text, and behind it */

llmb_status regex_run_open(struct regex_run *run, uint32_t state_count) {
  void *block = NULL;
  *run = (struct regex_run){.capacity = state_count};
  llmb_status status = memory_allocate((uint64_t)state_count * 4 * sizeof(uint32_t), &block);
  run->block = run->now = block;
  if (status != LLMB_OK) return status;
  run->next = run->now + state_count;
  run->stack = run->next + state_count;
  run->seen = run->stack + state_count;
  return LLMB_OK;
}

void regex_run_close(struct regex_run *run) {
  run->block = memory_release(run->block);
}

void regex_run_begin(struct regex_run *run, const struct regex *regex) {
  run->regex = regex;
  run->now_count = 0;
  run->before = REGEX_NOTHING;
  run->is_matched = false;
}

static bool is_word(uint32_t character) {
  return (character >= '0' && character <= '9') || (character >= 'A' && character <= 'Z') || character == '_' ||
         (character >= 'a' && character <= 'z');
}

/* Whether a text can go on between two characters where the state stands. */
static bool holds(const struct regex_state *state, uint32_t before, uint32_t after) {
  const bool is_border = is_word(before) != is_word(after);
  switch ((enum regex_op)state->op) {
    case REGEX_OP_START:
      return before == REGEX_NOTHING;
    case REGEX_OP_END:
      return after == REGEX_NOTHING;
    case REGEX_OP_WORD:
      return is_border;
    case REGEX_OP_NOT_WORD:
      return !is_border;
    case REGEX_OP_RANGE:
    case REGEX_OP_CLASS:
    case REGEX_OP_SPLIT:
    case REGEX_OP_JUMP:
    case REGEX_OP_MATCH:
      break;
  }
  return true;
}

static void push(struct regex_run *run, uint32_t *count, uint32_t state) {
  if (run->seen[state] == run->mark) return;
  run->seen[state] = run->mark;
  run->stack[(*count)++] = state;
}

/* Follows one state as far as it leads without a character, and over `after` where it takes it. Each state is looked at
 * once for a character. */
static uint32_t follow(struct regex_run *run, uint32_t from, uint32_t after, uint32_t next_count) {
  const struct regex *regex = run->regex;
  uint32_t count = 0;
  push(run, &count, from);
  while (count > 0) {
    const uint32_t at = run->stack[--count];
    const struct regex_state *state = &regex->states[at];
    run->steps++;
    switch ((enum regex_op)state->op) {
      case REGEX_OP_RANGE:
        if (after >= state->a && after <= state->b) run->next[next_count++] = at + 1;
        break;
      case REGEX_OP_CLASS:
        if (regex_class_has(regex->ranges + state->a, state->b, after)) run->next[next_count++] = at + 1;
        break;
      case REGEX_OP_SPLIT:
        push(run, &count, state->b);
        push(run, &count, state->a);
        break;
      case REGEX_OP_JUMP:
        push(run, &count, state->a);
        break;
      case REGEX_OP_MATCH:
        run->is_matched = true;
        return next_count;
      case REGEX_OP_START:
      case REGEX_OP_END:
      case REGEX_OP_WORD:
      case REGEX_OP_NOT_WORD:
        if (holds(state, run->before, after)) push(run, &count, at + 1);
        break;
    }
  }
  return next_count;
}

static void move_on(struct regex_run *run, uint32_t after) {
  uint32_t next_count = 0;
  if (run->is_matched) return;
  if (++run->mark == 0) { /* all marks are used up: begin anew */
    memset(run->seen, 0, run->capacity * sizeof *run->seen);
    run->mark = 1;
  }
  for (uint32_t i = 0; i < run->now_count && !run->is_matched; i++) {
    next_count = follow(run, run->now[i], after, next_count);
  }
  if (!run->is_matched && (run->before == REGEX_NOTHING || !run->regex->is_anchored)) {
    next_count = follow(run, 0, after, next_count); /* a match may begin here */
  }
  uint32_t *now = run->now;
  run->now = run->next;
  run->next = now;
  run->now_count = next_count;
  run->before = after;
}

bool regex_run_take(struct regex_run *run, uint32_t character) {
  move_on(run, character);
  return run->is_matched || run->now_count > 0 || !run->regex->is_anchored;
}

bool regex_run_end(struct regex_run *run) {
  move_on(run, REGEX_NOTHING);
  return run->is_matched;
}

bool regex_run_text(struct regex_run *run, const struct regex *regex, const char *text, uint64_t size) {
  regex_run_begin(run, regex);
  const uint8_t *at = (const uint8_t *)text, *end = at + size;
  while (at < end) {
    const unsigned length = at[0] < 0x80 ? 1 : at[0] < 0xE0 ? 2 : at[0] < 0xF0 ? 3 : 4;
    uint32_t character = length == 1 ? at[0] : at[0] & (0xFFU >> (length + 1));
    for (unsigned i = 1; i < length; i++) character = character << 6 | (at[i] & 0x3FU);
    at += length;
    if (!regex_run_take(run, character)) return false;
    if (run->is_matched) return true;
  }
  return regex_run_end(run);
}
