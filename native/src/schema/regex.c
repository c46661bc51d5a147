#include "schema/regex.h"

#include <string.h>

#include "core/memory.h"
#include "schema/regex_program.h"
#include "schema/regex_tree.h"
#include "schema/schema_limits.h"

static llmb_status add_state(struct regex *regex, struct regex_state state, uint32_t *out) {
  if (regex->state_count == REGEX_STATES_MAX) return LLMB_E_UNSUPPORTED;
  if (regex->state_count == regex->state_capacity) {
    const uint32_t grown = regex->state_capacity == 0 ? 32 : regex->state_capacity * 2;
    void *moved = regex->states;
    llmb_status status = memory_resize(&moved, grown * sizeof *regex->states);
    if (status != LLMB_OK) return status;
    regex->states = moved;
    regex->state_capacity = grown;
  }
  *out = regex->state_count++;
  regex->states[*out] = state;
  return LLMB_OK;
}

static llmb_status write_part(struct regex *regex, const struct regex_tree *tree, uint32_t part);

static llmb_status write_row(struct regex *regex, const struct regex_tree *tree, uint32_t part) {
  llmb_status status = LLMB_OK;
  for (uint32_t at = tree->parts[part].first; status == LLMB_OK && at != 0; at = tree->parts[at].next) {
    status = write_part(regex, tree, at);
  }
  return status;
}

/* SPLIT to the first or the rest; each part but the last ends with a JUMP behind all of them. */
static llmb_status write_choice(struct regex *regex, const struct regex_tree *tree, uint32_t part) {
  uint32_t jumps = UINT32_MAX; /* those written so far, each of which holds the one before until all is known */
  for (uint32_t at = tree->parts[part].first; at != 0; at = tree->parts[at].next) {
    const bool is_last = tree->parts[at].next == 0;
    uint32_t split = 0, jump = 0;
    llmb_status status = LLMB_OK;
    if (!is_last) status = add_state(regex, (struct regex_state){REGEX_OP_SPLIT, 0, 0}, &split);
    if (status == LLMB_OK) status = write_part(regex, tree, at);
    if (status == LLMB_OK && !is_last) status = add_state(regex, (struct regex_state){REGEX_OP_JUMP, jumps, 0}, &jump);
    if (status != LLMB_OK) return status;
    if (is_last) continue;
    jumps = jump;
    regex->states[split].a = split + 1;
    regex->states[split].b = regex->state_count;
  }
  while (jumps != UINT32_MAX) {
    const uint32_t before = regex->states[jumps].a;
    regex->states[jumps].a = regex->state_count;
    jumps = before;
  }
  return LLMB_OK;
}

static llmb_status write_repeat(struct regex *regex, const struct regex_tree *tree, uint32_t part) {
  const uint32_t repeated = tree->parts[part].first, least = tree->parts[part].a, most = tree->parts[part].b;
  llmb_status status = LLMB_OK;
  for (uint32_t i = 0; status == LLMB_OK && i < least; i++) status = write_part(regex, tree, repeated);
  uint32_t split = 0;
  if (status == LLMB_OK && most == (uint32_t)REGEX_ENDLESS) {
    status = add_state(regex, (struct regex_state){REGEX_OP_SPLIT, 0, 0}, &split);
    if (status == LLMB_OK) status = write_part(regex, tree, repeated);
    uint32_t jump = 0;
    if (status == LLMB_OK) status = add_state(regex, (struct regex_state){REGEX_OP_JUMP, split, 0}, &jump);
    if (status != LLMB_OK) return status;
    regex->states[split].a = split + 1;
    regex->states[split].b = regex->state_count;
    return LLMB_OK;
  }
  uint32_t splits = UINT32_MAX;
  for (uint32_t i = least; status == LLMB_OK && i < most; i++) {
    status = add_state(regex, (struct regex_state){REGEX_OP_SPLIT, 0, splits}, &split);
    if (status != LLMB_OK) return status;
    splits = split;
    regex->states[split].a = split + 1;
    status = write_part(regex, tree, repeated);
  }
  while (splits != UINT32_MAX) {
    const uint32_t before = regex->states[splits].b;
    regex->states[splits].b = regex->state_count;
    splits = before;
  }
  return status;
}

/* Recurses as deep as groups are inside each other, at most REGEX_DEPTH_MAX. */
static llmb_status write_part(struct regex *regex, const struct regex_tree *tree, uint32_t part) {
  const struct regex_part *at = &tree->parts[part];
  uint32_t none = 0;
  switch (at->kind) {
    case REGEX_PART_NOTHING:
      return LLMB_OK;
    case REGEX_PART_RANGE:
      return add_state(regex, (struct regex_state){REGEX_OP_RANGE, at->a, at->b}, &none);
    case REGEX_PART_CLASS:
      return add_state(regex, (struct regex_state){REGEX_OP_CLASS, at->a, at->b}, &none);
    case REGEX_PART_ASSERT:
      return add_state(regex, (struct regex_state){at->a, 0, 0}, &none);
    case REGEX_PART_ROW:
      return write_row(regex, tree, part);
    case REGEX_PART_CHOICE:
      return write_choice(regex, tree, part);
    case REGEX_PART_REPEAT:
      return write_repeat(regex, tree, part);
  }
  return LLMB_E_INTERNAL;
}

/* Whether no way from the first state gets past a START to a character or the match. */
static llmb_status find_anchor(struct regex *regex) {
  void *block = NULL;
  llmb_status status = memory_allocate((uint64_t)regex->state_count * 2 * sizeof(uint32_t), &block);
  if (status != LLMB_OK) return status;
  uint32_t *stack = block, *seen = stack + regex->state_count, count = 0;
  stack[count++] = 0;
  seen[0] = 1;
  regex->is_anchored = true;
  while (count > 0 && regex->is_anchored) {
    const uint32_t at = stack[--count];
    const struct regex_state *state = &regex->states[at];
    uint32_t ways[2] = {at + 1, at + 1};
    if (state->op == REGEX_OP_START) continue;
    if (state->op == REGEX_OP_SPLIT || state->op == REGEX_OP_JUMP) ways[0] = ways[1] = state->a;
    if (state->op == REGEX_OP_SPLIT) ways[1] = state->b;
    if (state->op <= REGEX_OP_CLASS || state->op == REGEX_OP_MATCH) regex->is_anchored = false;
    for (unsigned i = 0; i < 2 && regex->is_anchored; i++) {
      if (seen[ways[i]] != 0) continue;
      seen[ways[i]] = 1;
      stack[count++] = ways[i];
    }
  }
  memory_release(block);
  return LLMB_OK;
}

llmb_status regex_compile(const char *pattern, uint64_t size, struct regex **out, const char **out_what,
                          uint64_t *out_at) {
  struct regex_tree tree;
  void *block = NULL;
  uint32_t none = 0;
  *out = NULL;
  llmb_status status = regex_tree_read(&tree, pattern, size, out_what, out_at);
  if (status == LLMB_OK) status = memory_allocate(sizeof(struct regex), &block);
  struct regex *regex = block;
  if (status == LLMB_OK) {
    status = write_part(regex, &tree, tree.root);
    if (status == LLMB_OK) status = add_state(regex, (struct regex_state){REGEX_OP_MATCH, 0, 0}, &none);
    if (status == LLMB_E_UNSUPPORTED) *out_what = "more than 10000 states";
  }
  if (status == LLMB_OK) status = find_anchor(regex);
  if (status == LLMB_OK) {
    regex->ranges = tree.ranges.ranges;
    regex->range_count = tree.ranges.count;
    tree.ranges.ranges = NULL;
    *out = regex;
    regex = NULL;
  }
  regex_close(regex);
  regex_tree_close(&tree);
  return status;
}

void *regex_close(struct regex *regex) {
  if (regex == NULL) return NULL;
  memory_release(regex->states);
  memory_release(regex->ranges);
  return memory_release(regex);
}

uint32_t regex_state_count(const struct regex *regex) {
  return regex->state_count;
}
