#include "engine/tool/tool_command.h"

#include <stdlib.h>
#include <string.h>

#include "core/error.h"
#include "core/text_quote.h"
#include "platform/os_clock.h"
#include "platform/os_confine.h"
#include "platform/os_path.h"
#include "engine/tool/tool_limits.h"

/* Inherited by what is run; this engine itself needs next to nothing. */
static llmb_status limit_memory(const llmb_engine *engine, llmb_error *error) {
  const char *megabytes = llmb_engine_setting(engine, "memory_mb");
  if (megabytes == NULL || os_confine_memory(strtoull(megabytes, NULL, 10) << 20)) return LLMB_OK;
  return error_set(error, LLMB_E_UNSUPPORTED, LLMB_PHASE_START, "memory_mb: this system does not limit memory");
}

static uint32_t setting_number(const llmb_engine *engine, const char *name) {
  const char *text = llmb_engine_setting(engine, name);
  const uint64_t number = text != NULL ? strtoull(text, NULL, 10) : 0;
  return number < 1 ? 1 : number > UINT16_MAX ? UINT16_MAX : (uint32_t)number;
}

/* The limit counts all that the user has, so calls side by side must not have too little of it together. */
static uint32_t processes_more(const llmb_engine *engine) {
  const uint32_t calls = setting_number(engine, "slots") * setting_number(engine, "workers");
  uint32_t more = TOOL_PROCESSES_MORE;
  if (more < calls * TOOL_PROCESSES_PER_SLOT) more = calls * TOOL_PROCESSES_PER_SLOT;
  const uint32_t threads = os_cpu_count() * TOOL_PROCESSES_PER_PROCESSOR;
  return more > threads ? more : threads;
}

llmb_status tool_command_prepare(const llmb_engine *engine, struct tool_command *out, llmb_error *error) {
  char quoted[TEXT_QUOTE_CAPACITY];
  const char *sandbox = llmb_engine_setting(engine, "sandbox");
  if (sandbox != NULL && strcmp(sandbox, "required") == 0) {
    return error_set(error, LLMB_E_UNSUPPORTED, LLMB_PHASE_START,
                     "sandbox: \"required\" cannot be kept for a command: what a program of yours needs is not known");
  }
  llmb_status status = command_parse(llmb_engine_setting(engine, "command"), &out->command, error);
  if (status != LLMB_OK) return status;
  const char *word = out->command.arguments[0];
  status = os_path_find_program(word, os_environment_get("PATH"), out->program, sizeof out->program);
  if (status != LLMB_OK) {
    return error_set(error, status, LLMB_PHASE_START, "command: %s %s", text_quote(quoted, word),
                     status == LLMB_E_NOT_FOUND ? "is no program here or on PATH" : "may not be executed");
  }
  out->processes_more = processes_more(engine);
  return limit_memory(engine, error);
}
