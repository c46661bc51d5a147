/* The setting `command` as a program and its arguments. No shell has a part in it. */
#ifndef LLMB_CORE_COMMAND_TEXT_H
#define LLMB_CORE_COMMAND_TEXT_H

#include <llmbridge/status.h>

enum { COMMAND_ARGUMENTS_MAX = 256, COMMAND_SIZE_MAX = 64 << 10 };

/* The element that a prompt takes the place of. */
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

/* Where the prompt goes: the index of the one element that is {prompt}, or -1 if there is none. */
int command_prompt_place(const struct command *command);

#endif
