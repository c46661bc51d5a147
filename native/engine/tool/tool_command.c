#include "engine/tool/tool_command.h"

#include <stdlib.h>
#include <string.h>

#include "core/error.h"
#include "core/text_quote.h"
#include "platform/os_confine.h"
#include "platform/os_path.h"

/* Inherited by what is run; this engine itself needs next to nothing. */
static llmb_status limit_memory(const llmb_engine *engine, llmb_error *error) {
  const char *megabytes = llmb_engine_setting(engine, "memory_mb");
  if (megabytes == NULL || os_confine_memory(strtoull(megabytes, NULL, 10) << 20)) return LLMB_OK;
  return error_set(error, LLMB_E_UNSUPPORTED, LLMB_PHASE_START, "memory_mb: this system does not limit memory");
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
  return limit_memory(engine, error);
}
