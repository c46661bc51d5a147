#include "engine/tool/tool_process.h"

#include <errno.h>
#include <string.h>

#include "core/error.h"
#include "platform/os_clock.h"
#include "engine/tool/tool_limits.h"
#include "engine/tool/tool_reaper.h"
#include "engine/tool/tool_refusal.h"

/* Copies a text into the plan; NULL if it is full. */
static char *add_text(struct reaper_plan *plan, const char *text) {
  const uint64_t size = strlen(text) + 1;
  if (size > sizeof plan->room - plan->used_size) return NULL;
  char *copy = memcpy(plan->room + plan->used_size, text, size);
  plan->used_size += size;
  return copy;
}

/* Copies a list; NULL if the plan is full. */
static char **add_list(struct reaper_plan *plan, const char *const *list) {
  uint64_t count = 0;
  while (list[count] != NULL) count++;
  const uint64_t pad = (0 - plan->used_size) % sizeof(char *), size = (count + 1) * sizeof(char *);
  if (pad + size > sizeof plan->room - plan->used_size) return NULL;
  char **copy = (char **)(void *)(plan->room + plan->used_size + pad);
  plan->used_size += pad + size;
  for (uint64_t i = 0; i < count; i++) {
    copy[i] = add_text(plan, list[i]);
    if (copy[i] == NULL) return NULL;
  }
  copy[count] = NULL;
  return copy;
}

static bool make_plan(struct reaper_plan *plan, const struct tool_start *start) {
  const char *const *environment;
  memcpy(&environment, &start->environment, sizeof environment); /* which is only read */
  plan->used_size = 0;
  plan->processes_more = start->processes_more;
  plan->tells_start = start->awaited;
  plan->program = add_text(plan, start->program);
  plan->arguments = add_list(plan, start->arguments);
  plan->environment = add_list(plan, environment);
  return plan->program != NULL && plan->arguments != NULL && plan->environment != NULL;
}

static void take_end(struct tool *tool, const struct reaper_word *word) {
  tool->ended = true;
  tool->exit_kind = word->exit_kind;
  tool->exit_value = word->value;
  if (!word->left && !tool->clearing) tool->gone = true;
}

static void take_loss(struct tool *tool) {
  tool->reaper = NULL;
  tool->lost = true;
  if (!tool->ended) tool->exit_kind = LLMB_EXIT_UNKNOWN;
  tool->ended = true;
}

static void take_refusal(struct tool *tool, const struct reaper_word *word) {
  tool->refused = tool->ended = tool->gone = true;
  tool->start_status = word->value;
  tool->start_os_code = word->os_code;
}

static void take_word(struct tool *tool, const struct reaper_word *word) {
  if (word->kind == REAPER_STARTED && word->value != LLMB_OK) take_refusal(tool, word);
  if (word->kind == REAPER_ENDED) take_end(tool, word);
  if (word->kind == REAPER_CLEARED) tool->gone = true;
}

/* Waits until it runs, or is known not to: for as long as an exec may take on a slow disk. */
static llmb_status await_start(struct tool *tool, const struct tool_start *start, llmb_error *error) {
  struct reaper_word word = {0};
  const enum reaper_news news = reaper_listen(tool->reaper, TOOL_START_LIMIT_MS, &word);
  if (news == REAPER_WORD && word.kind == REAPER_STARTED) {
    if (word.value == LLMB_OK) return LLMB_OK;
    take_refusal(tool, &word);
    reaper_give_back(tool->reaper);
    return tool_explain_refusal(tool, start->program, error);
  }
  if (news != REAPER_GONE) {
    reaper_kill(tool->reaper);
    (void)reaper_listen(tool->reaper, TOOL_START_LIMIT_MS, &word);
  }
  return error_set(error, LLMB_E_ENGINE_CRASHED, LLMB_PHASE_START,
                   "the reaper of %s ended before it said whether that runs", start->program);
}

llmb_status tool_open(const struct tool_start *start, int waiter, struct tool *out, llmb_error *error) {
  *out = (struct tool){.patience_ns = LLMB_NEVER};
  llmb_status status = reaper_take(waiter, &out->reaper, error);
  if (status != LLMB_OK) return status;
  if (!make_plan(reaper_plan(out->reaper), start)) {
    reaper_give_back(out->reaper);
    status = error_set_os(error, LLMB_E_SPAWN_FAILED, LLMB_PHASE_START, E2BIG, "could not start %s", start->program);
  } else {
    const os_handle descriptors[] = {start->input, start->output, start->log};
    (void)reaper_order(out->reaper, REAPER_START, descriptors, 3); /* one that is gone says so now */
    if (start->awaited) status = await_start(out, start, error);
  }
  if (status != LLMB_OK) out->reaper = NULL;
  out->opened = status == LLMB_OK;
  return status;
}

llmb_status tool_explain_refusal(const struct tool *tool, const char *program, llmb_error *error) {
  return refusal_explain(program, tool->start_status, tool->start_os_code, error);
}

void tool_look(struct tool *tool, int limit_ms) {
  struct reaper_word word = {0};
  while (tool->reaper != NULL && !tool->gone) {
    const enum reaper_news news = reaper_listen(tool->reaper, limit_ms, &word);
    if (news == REAPER_NOTHING) break;
    limit_ms = 0;
    if (news == REAPER_WORD) take_word(tool, &word);
    if (news == REAPER_GONE) take_loss(tool);
  }
  if (tool->lost && !reapers_are_sweeping()) tool->gone = true;
  if (tool->reaper != NULL && !tool->gone && os_clock_ns() >= tool->patience_ns) {
    reaper_kill(tool->reaper);
    tool->patience_ns = LLMB_NEVER;
  }
}

void tool_terminate(struct tool *tool) {
  if (tool->reaper != NULL && !tool->ended) (void)reaper_order(tool->reaper, REAPER_TERMINATE, NULL, 0);
}

void tool_clear(struct tool *tool) {
  if (tool->reaper == NULL || tool->gone || tool->clearing) return;
  tool->clearing = true;
  tool->patience_ns = os_clock_ns() + TOOL_CLEAR_LIMIT_NS;
  (void)reaper_order(tool->reaper, REAPER_CLEAR, NULL, 0);
}

uint64_t tool_next_ns(const struct tool *tool) {
  if (tool->lost && !tool->gone) return os_clock_ns() + TOOL_SWEEP_AGAIN_NS;
  return tool->gone ? LLMB_NEVER : tool->patience_ns;
}

void tool_close(struct tool *tool) {
  if (tool->reaper != NULL && tool->gone) reaper_give_back(tool->reaper);
  if (tool->reaper != NULL && !tool->gone) {
    struct reaper_word word;
    reaper_kill(tool->reaper);
    while (reaper_listen(tool->reaper, TOOL_START_LIMIT_MS, &word) == REAPER_WORD) continue;
  }
  *tool = (struct tool){.patience_ns = LLMB_NEVER};
}
