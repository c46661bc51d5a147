#include "engine/exec/exec_command.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/error.h"

extern char **environ;

/* A prompt must stay a prompt: the program could take one that begins with a dash for an option. */
static llmb_status check_prompt(const struct command *command, const struct command_prompt *place, const char *prompt,
                                uint64_t size, llmb_error *error) {
  if (place->prefix_size + size >= TOOL_PROMPT_ARGUMENT_MAX) {
    return error_set(error, LLMB_E_INVALID_ARGUMENT, LLMB_PHASE_PROMPT,
                     "prompt: it has %llu bytes; as an argument ({prompt} in command) fewer than %d are allowed, on "
                     "stdin (no {prompt}) any",
                     (unsigned long long)size, TOOL_PROMPT_ARGUMENT_MAX - (int)place->prefix_size);
  }
  const bool is_safe = place->prefix_size > 0 || strcmp(command->arguments[place->element - 1], "--") == 0;
  if (prompt[0] == '-' && !is_safe) {
    return error_set(error, LLMB_E_INVALID_ARGUMENT, LLMB_PHASE_PROMPT,
                     "prompt: it begins with a dash and might be taken for an option; put -- before {prompt} in "
                     "command if the program knows that, or leave {prompt} out to give it on stdin");
  }
  return LLMB_OK;
}

/* The argument that has the prompt in it; false without memory. */
static bool place_prompt(const struct command_prompt *place, const char *prompt, struct exec_command *out) {
  if (place->prefix_size == 0) {
    out->arguments[place->element] = prompt;
    return true;
  }
  const char *element = out->arguments[place->element];
  if (asprintf(&out->owned_argument, "%.*s%s", (int)place->prefix_size, element, prompt) < 0) {
    out->owned_argument = NULL;
    return false;
  }
  out->arguments[place->element] = out->owned_argument;
  return true;
}

static bool add_owned(struct exec_command *out, char *entry) {
  if (entry == NULL || out->environment_count == TOOL_ENVIRONMENT_MAX) {
    free(entry);
    return false;
  }
  out->environment[out->environment_count++] = entry;
  out->environment[out->environment_count] = NULL;
  return true;
}

static char *setting_entry(const char *name, const char *value) {
  char *entry = NULL;
  if (asprintf(&entry, "LLMBRIDGE_%s=%s", name, value) < 0) return NULL;
  for (char *at = entry; *at != '='; at++) *at = (char)toupper((unsigned char)*at);
  return entry;
}

static bool make_environment(llmb_request *request, struct exec_command *out) {
  for (char **entry = environ; entry != NULL && *entry != NULL; entry++) {
    if (out->environment_count == TOOL_ENVIRONMENT_MAX) break;
    out->environment[out->environment_count++] = *entry;
  }
  out->owned_from = out->environment_count;
  out->environment[out->environment_count] = NULL;
  const char *value = NULL;
  for (uint32_t i = 0;; i++) {
    const char *name = llmb_request_setting_given(request, i, &value);
    if (name == NULL) return true;
    if (!add_owned(out, setting_entry(name, value))) return false;
  }
}

llmb_status exec_command_make(const struct tool_command *tool, llmb_request *request, struct exec_command *out,
                              llmb_error *error) {
  uint64_t size = 0;
  const char *prompt = llmb_request_input(request, &size);
  struct command_prompt place;
  llmb_status status = command_find_prompt(&tool->command, &place, error);
  if (status != LLMB_OK) return status;
  *out = (struct exec_command){.prompt_is_argument = place.element > 0};
  memcpy(out->arguments, tool->command.arguments, sizeof out->arguments);
  if (place.element > 0) {
    status = check_prompt(&tool->command, &place, prompt, size, error);
    if (status != LLMB_OK) return status;
  }
  const bool is_placed = place.element == 0 || place_prompt(&place, prompt, out);
  if (is_placed && make_environment(request, out)) return LLMB_OK;
  exec_command_clear(out);
  return error_set(error, LLMB_E_OUT_OF_MEMORY, LLMB_PHASE_PROMPT,
                   "no room for the program's arguments or environment");
}

void exec_command_clear(struct exec_command *command) {
  for (unsigned i = command->owned_from; i < command->environment_count; i++) free(command->environment[i]);
  command->environment_count = command->owned_from = 0;
  free(command->owned_argument);
  command->owned_argument = NULL;
}
