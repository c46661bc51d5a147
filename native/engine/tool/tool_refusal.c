#include "engine/tool/tool_refusal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <string.h>
#include <unistd.h>

#include "core/error.h"
#include "core/text_quote.h"

enum { HEAD_SIZE = 256 }; /* the kernel looks at no more */

/* Reads the file's beginning as a text. */
static bool read_head(const char *program, char head[HEAD_SIZE + 1]) {
  const int file = open(program, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
  if (file < 0) return false;
  const ssize_t size = read(file, head, HEAD_SIZE);
  close(file);
  head[size > 0 ? size : 0] = 0;
  return size > 0;
}

/* Cuts the head down to the interpreter that its first line names; NULL if it names none. A carriage return belongs to
 * it, as the kernel sees it. */
static const char *interpreter_of(char *head) {
  if (strncmp(head, "#!", 2) != 0) return NULL;
  char *name = head + 2 + strspn(head + 2, " \t");
  name[strcspn(name, " \t\n")] = 0;
  return name;
}

llmb_status refusal_explain(const char *program, llmb_status status, int os_code, llmb_error *error) {
  char head[HEAD_SIZE + 1] = "", quoted[TEXT_QUOTE_CAPACITY];
  const bool is_readable = (os_code == ENOENT || os_code == EACCES || os_code == ENOEXEC) && read_head(program, head);
  const char *interpreter = is_readable ? interpreter_of(head) : NULL;
  if (interpreter != NULL && os_code != ENOEXEC) {
    const char *hint = strchr(interpreter, '\r') != NULL ? "; its lines end as Windows has them" : "";
    return error_set_os(error, status, LLMB_PHASE_START, os_code, "could not start %s: its interpreter %s %s%s",
                        program, text_quote(quoted, interpreter),
                        os_code == ENOENT ? "is missing" : "or the script itself may not be executed", hint);
  }
  if (is_readable && os_code == ENOENT) {
    return error_set_os(error, status, LLMB_PHASE_START, os_code,
                        "could not start %s: it is there, but the loader that it asks for is not (it was built for "
                        "another system or C library)",
                        program);
  }
  if (os_code == ENOEXEC) {
    return error_set_os(error, status, LLMB_PHASE_START, os_code,
                        "could not start %s: it is neither a program for this machine nor a script whose first line "
                        "names an interpreter (#!)",
                        program);
  }
  return error_set_os(error, status, LLMB_PHASE_START, os_code, "could not start %s", program);
}
