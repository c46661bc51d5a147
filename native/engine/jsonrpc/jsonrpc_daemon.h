/* One daemon: a program of the user's that is spoken with in lines, on its stdin and stdout. */
#ifndef LLMB_JSONRPC_DAEMON_H
#define LLMB_JSONRPC_DAEMON_H

#include <stdbool.h>

#include "engine/tool/tool_buffer.h"
#include "engine/tool/tool_command.h"
#include "engine/tool/tool_log.h"
#include "engine/tool/tool_process.h"

struct daemon {
  struct tool tool;
  int input;       /* a socket; -1 when closed by either side */
  int output, log; /* pipes; -1 when at their end */
  int waiter;      /* the epoll descriptor they are in; its looks raise the next two flags */
  bool output_ready, log_ready;
  bool input_waits;         /* what is queued has no room in the socket */
  bool last_line;           /* its stdin is closed when what is queued is written */
  struct tool_buffer queue; /* lines for it */
  struct tool_buffer lines; /* read from it */
  uint64_t taken_size;      /* of `lines`: given out by the last daemon_read */
  uint64_t searched_size;   /* of `lines`: known to have no newline */
  struct tool_log tail;
};

enum daemon_news { DAEMON_NOTHING, DAEMON_MORE, DAEMON_LINE, DAEMON_LINE_TOO_LONG, DAEMON_NO_MEMORY };

/* Starts it. On failure nothing is left. Errors: as for tool_open. */
llmb_status daemon_start(struct daemon *daemon, const struct tool_command *command, int waiter, llmb_error *error);

/* Queues a line, without its newline. */
llmb_status daemon_queue(struct daemon *daemon, const char *line, uint64_t size);

/* Writes of the queue what there is room for. */
void daemon_flush(struct daemon *daemon);

/* Gives out the next line of its stdout without the newline, valid until the next call, of what was read before or is
 * ready. DAEMON_MORE: it is too long to be read in one turn. What stands before the end of its output without a newline
 * is a line too. */
enum daemon_news daemon_read(struct daemon *daemon, uint64_t size_max, const char **out_line, uint64_t *out_size);

/* Takes of its stderr what is ready. */
void daemon_read_log(struct daemon *daemon);

/* Kills it and all it has started, and frees what it held. How it ended goes into *out_exit, with the end of its log.
 */
void daemon_end(struct daemon *daemon, llmb_error *out_exit);

/* Closes its stdin and gives it a moment to end by itself. */
void daemon_dismiss(struct daemon *daemon);

#endif
