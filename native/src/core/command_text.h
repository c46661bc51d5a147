/* The setting `command` as a program and its arguments. No shell has a part in it. */
#ifndef LLMB_CORE_COMMAND_TEXT_H
#define LLMB_CORE_COMMAND_TEXT_H

#include <llmbridge/status.h>

enum { COMMAND_ARGUMENTS_MAX = 256, COMMAND_SIZE_MAX = 64 << 10 };

/* What a prompt takes the place of. */
#define COMMAND_PROMPT "{prompt}"

struct command {
  unsigned argument_count;
  const char *arguments[COMMAND_ARGUMENTS_MAX + 1]; /* NULL at the end; point into `text` */
  char text[COMMAND_SIZE_MAX];
};

/* Parses a JSON array of strings, or words parted by blanks with 'single' and "double" quotes and backslashes as a
 * shell would read them, but for everything else a shell does: $ ` * ~ ; | < > & are ordinary characters.
 * LLMB_E_INVALID_ARGUMENT with a message that names the setting. */
llmb_status command_parse(const char *text, struct command *out, llmb_error *error);

/* Where a command takes its prompt. */
struct command_prompt {
  int element;          /* of its arguments; 0: on stdin */
  uint64_t prefix_size; /* of the element: what stands before the prompt, such as --prompt= */
};

/* Finds it. LLMB_E_INVALID_ARGUMENT where a prompt could become something else than one argument's end. */
llmb_status command_find_prompt(const struct command *command, struct command_prompt *out, llmb_error *error);

#endif
