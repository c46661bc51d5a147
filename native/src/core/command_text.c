#include "core/command_text.h"

#include <stdbool.h>
#include <string.h>

#include "core/error.h"
#include "core/json_check.h"
#include "core/text_quote.h"
#include "core/json_reader.h"

static llmb_status refuse(llmb_error *error, const char *why) {
  return error_set(error, LLMB_E_INVALID_ARGUMENT, LLMB_PHASE_CONFIGURE,
                   "command: %s; allowed is a JSON array of strings, or words with quotes", why);
}

static bool add_argument(struct command *out, const char *argument) {
  if (out->argument_count == COMMAND_ARGUMENTS_MAX) return false;
  out->arguments[out->argument_count++] = argument;
  out->arguments[out->argument_count] = NULL;
  return true;
}

static llmb_status parse_array(const char *text, uint64_t size, struct command *out, llmb_error *error) {
  const char *what = NULL;
  if (json_check((const uint8_t *)text, size, NULL, &what) != LLMB_OK) return refuse(error, what);
  char *at = out->text;
  struct json_value element;
  for (uint64_t next = 0; json_next(json_read(text, size), &next, NULL, &element);) {
    if (element.kind != JSON_STRING) return refuse(error, "an element of the array is no string");
    const uint64_t element_size = json_string_copy(element, at);
    if (strlen(at) != element_size) return refuse(error, "an element has a NUL in it");
    if (!add_argument(out, at)) return refuse(error, "it has too many elements");
    at += element_size + 1;
  }
  return LLMB_OK;
}

/* Takes the character after a backslash: between double quotes only those can be escaped that a shell lets be, outside
 * any. */
static const char *take_escaped(const char *at, bool quoted, char **out) {
  if (quoted && strchr("\\\"$`", at[1]) == NULL) {
    *(*out)++ = *at;
    return at + 1;
  }
  *(*out)++ = at[1];
  return at + 2;
}

static llmb_status parse_words(const char *text, struct command *out, llmb_error *error) {
  const char *const blanks = " \t\r\n";
  char *end = out->text;
  const char *at = text + strspn(text, blanks);
  while (*at != 0) {
    char quote = 0;
    const char *word = end;
    while (*at != 0 && (quote != 0 || strchr(blanks, *at) == NULL)) {
      if (*at == quote) {
        quote = 0;
        at++;
      } else if (quote == 0 && (*at == '"' || *at == '\'')) {
        quote = *at++;
      } else if (*at == '\\' && quote != '\'') {
        if (at[1] == 0) return refuse(error, "it ends in a backslash");
        at = take_escaped(at, quote != 0, &end);
      } else {
        *end++ = *at++;
      }
    }
    if (quote != 0) return refuse(error, "a quote is not closed");
    *end++ = 0;
    if (!add_argument(out, word)) return refuse(error, "it has too many words");
    at += strspn(at, blanks);
  }
  return LLMB_OK;
}

llmb_status command_parse(const char *text, struct command *out, llmb_error *error) {
  out->argument_count = 0;
  out->arguments[0] = NULL;
  if (text == NULL) return refuse(error, "none is set");
  const uint64_t size = strlen(text);
  if (size >= COMMAND_SIZE_MAX) return refuse(error, "it is longer than 64 KiB");
  const char *first = text + strspn(text, " \t\r\n");
  const llmb_status status = *first == '[' ? parse_array(text, size, out, error) : parse_words(text, out, error);
  if (status != LLMB_OK) return status;
  if (out->argument_count == 0 || out->arguments[0][0] == 0) return refuse(error, "it names no program");
  unsigned prompts = 0;
  for (unsigned i = 0; i < out->argument_count; i++) prompts += strcmp(out->arguments[i], COMMAND_PROMPT) == 0;
  if (prompts > 1) return refuse(error, COMMAND_PROMPT " stands in it more than once");
  if (strcmp(out->arguments[0], COMMAND_PROMPT) == 0) return refuse(error, COMMAND_PROMPT " cannot be the program");
  return LLMB_OK;
}

static llmb_status refuse_place(llmb_error *error, const char *element, const char *why) {
  char quoted[TEXT_QUOTE_CAPACITY];
  return error_set(error, LLMB_E_INVALID_ARGUMENT, LLMB_PHASE_CONFIGURE,
                   "command: %s has {prompt} %s; {prompt} stands for the prompt where it is a whole element or the "
                   "value of an option (--name={prompt})",
                   text_quote(quoted, element), why);
}

llmb_status command_find_prompt(const struct command *command, struct command_prompt *out, llmb_error *error) {
  *out = (struct command_prompt){0};
  for (unsigned i = 1; i < command->argument_count; i++) {
    const char *element = command->arguments[i], *found = strstr(element, COMMAND_PROMPT);
    if (found == NULL) continue;
    const uint64_t prefix_size = (uint64_t)(found - element);
    const bool is_value = element[0] == '-' && prefix_size > 1 && found[-1] == '=';
    if (found[strlen(COMMAND_PROMPT)] != 0 || (prefix_size > 0 && !is_value)) {
      return refuse_place(error, element, "inside other text, where a prompt could become a part of code");
    }
    *out = (struct command_prompt){.element = (int)i, .prefix_size = prefix_size};
  }
  return LLMB_OK;
}
