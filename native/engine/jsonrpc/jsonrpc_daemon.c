#include "engine/jsonrpc/jsonrpc_daemon.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/error.h"
#include "engine/jsonrpc/jsonrpc_limits.h"
#include "engine/tool/tool_descriptor.h"
#include "engine/tool/tool_watch.h"

extern char **environ;

static bool open_input(int *out_ours, int *out_its) {
  int ends[2];
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) return false;
  *out_ours = ends[0];
  *out_its = ends[1];
  return fcntl(ends[0], F_SETFL, O_NONBLOCK) == 0; /* only our end never waits */
}

static void release(struct daemon *daemon) {
  daemon->input = tool_descriptor_close(daemon->input);
  daemon->output = tool_descriptor_close(daemon->output);
  daemon->log = tool_descriptor_close(daemon->log);
  tool_buffer_clear(&daemon->queue);
  tool_buffer_clear(&daemon->lines);
}

llmb_status daemon_start(struct daemon *daemon, const struct tool_command *command, int waiter, llmb_error *error) {
  int input = -1, output = -1, log = -1;
  llmb_status status = LLMB_OK;
  *daemon = (struct daemon){.tool.patience_ns = LLMB_NEVER, .input = -1, .output = -1, .log = -1, .waiter = waiter};
  if (!open_input(&daemon->input, &input) || !tool_pipe_open(&daemon->output, &output) ||
      !tool_pipe_open(&daemon->log, &log)) {
    status = error_set_os(error, LLMB_E_SPAWN_FAILED, LLMB_PHASE_START, errno,
                          "could not make the daemon's stdin, stdout and stderr (socketpair, pipe2)");
    goto finish;
  }
  const struct tool_start start = {.program = command->program,
                                   .arguments = command->command.arguments,
                                   .environment = environ,
                                   .input = input,
                                   .output = output,
                                   .log = log,
                                   .processes_more = TOOL_DAEMON_PROCESSES_MORE,
                                   .awaited = true};
  status = tool_open(&start, waiter, &daemon->tool, error);
  if (status != LLMB_OK) goto finish;
  if (!tool_watch(waiter, daemon->output, EPOLLIN, &daemon->output_ready) ||
      !tool_watch(waiter, daemon->log, EPOLLIN, &daemon->log_ready)) {
    status = error_set_os(error, LLMB_E_SPAWN_FAILED, LLMB_PHASE_START, errno, "could not watch the daemon");
    tool_close(&daemon->tool);
  }

finish:
  tool_descriptor_close(input);
  tool_descriptor_close(output);
  tool_descriptor_close(log);
  if (status != LLMB_OK) release(daemon);
  return status;
}

llmb_status daemon_queue(struct daemon *daemon, const char *line, uint64_t size) {
  const llmb_status status = tool_buffer_reserve(&daemon->queue, size + 1);
  if (status != LLMB_OK) return status;
  tool_buffer_append(&daemon->queue, line, size);
  return tool_buffer_append(&daemon->queue, "\n", 1);
}

/* The socket is watched only while something waits for room: its other end's closing would wake for ever. */
static void watch_input(struct daemon *daemon, bool watch) {
  if (daemon->input < 0 || daemon->input_waits == watch) return;
  if (watch) {
    tool_watch(daemon->waiter, daemon->input, EPOLLOUT, NULL);
  } else {
    tool_unwatch(daemon->waiter, daemon->input);
  }
  daemon->input_waits = watch;
}

void daemon_flush(struct daemon *daemon) {
  uint64_t written = 0;
  while (daemon->input >= 0 && written < daemon->queue.size) {
    const ssize_t size = send(daemon->input, daemon->queue.bytes + written, daemon->queue.size - written, MSG_NOSIGNAL);
    if (size < 0 && errno == EINTR) continue;
    if (size < 0 && errno == EAGAIN) break;
    if (size < 0) {
      daemon->input = tool_descriptor_close(daemon->input);
      break;
    }
    written += (uint64_t)size;
  }
  tool_buffer_drop(&daemon->queue, daemon->input >= 0 ? written : daemon->queue.size);
  watch_input(daemon, daemon->queue.size > 0);
  if (daemon->last_line && daemon->queue.size == 0) daemon->input = tool_descriptor_close(daemon->input);
}

/* Reads once; false when there is nothing now. */
static bool read_chunk(struct daemon *daemon) {
  while (daemon->output_ready || daemon->tool.ended) {
    const ssize_t size = read(daemon->output, daemon->lines.bytes + daemon->lines.size, TOOL_CHUNK_SIZE);
    if (size < 0 && errno == EINTR) continue;
    daemon->output_ready = size == TOOL_CHUNK_SIZE; /* else that was all, as far as this look knows */
    if (size < 0 && errno == EAGAIN) return false;
    if (size <= 0) {
      daemon->output = tool_descriptor_close(daemon->output); /* closing takes it out of the epoll set */
    } else {
      daemon->lines.size += (uint64_t)size;
    }
    return true;
  }
  return false;
}

enum daemon_news daemon_read(struct daemon *daemon, uint64_t size_max, const char **out_line, uint64_t *out_size) {
  tool_buffer_drop(&daemon->lines, daemon->taken_size);
  daemon->taken_size = 0;
  for (int chunks = 0;; chunks++) {
    const struct tool_buffer *lines = &daemon->lines;
    const char *found = lines->size > daemon->searched_size
                            ? memchr(lines->bytes + daemon->searched_size, '\n', lines->size - daemon->searched_size)
                            : NULL;
    daemon->searched_size = found != NULL ? 0 : lines->size;
    const bool at_end = found == NULL && daemon->output < 0;
    if (found == NULL && lines->size > size_max) return DAEMON_LINE_TOO_LONG;
    if (found != NULL || (at_end && lines->size > 0)) {
      *out_line = lines->bytes;
      *out_size = found != NULL ? (uint64_t)(found - lines->bytes) : lines->size;
      daemon->taken_size = found != NULL ? *out_size + 1 : *out_size;
      if (at_end) daemon->searched_size = 0;
      return *out_size > size_max ? DAEMON_LINE_TOO_LONG : DAEMON_LINE;
    }
    if (at_end) return DAEMON_NOTHING;
    if (chunks == TOOL_TURN_CHUNKS_MAX) return DAEMON_MORE;
    if (tool_buffer_reserve(&daemon->lines, TOOL_CHUNK_SIZE) != LLMB_OK) return DAEMON_NO_MEMORY;
    if (!read_chunk(daemon)) return DAEMON_NOTHING;
  }
}

void daemon_read_log(struct daemon *daemon) {
  if (daemon->log < 0 || !daemon->log_ready) return;
  daemon->log_ready = false;
  if (tool_log_read(&daemon->tail, daemon->log) != TOOL_LOG_END) return;
  daemon->log = tool_descriptor_close(daemon->log);
}

/* Other daemons' calls wait meanwhile: so not for long, and what is left then is killed without a wait. */
static void clear_away(struct tool *tool, llmb_error *out_exit) {
  const uint64_t until_ns = llmb_clock_ns() + JSONRPC_CLEAR_NS;
  tool_clear(tool);
  while (!tool->gone && llmb_clock_ns() < until_ns) tool_look(tool, JSONRPC_CLEAR_STEP_MS);
  out_exit->exit_kind = tool->exit_kind;
  out_exit->exit_value = tool->exit_value;
  tool_close(tool);
}

void daemon_end(struct daemon *daemon, llmb_error *out_exit) {
  if (daemon->tool.opened) clear_away(&daemon->tool, out_exit);
  for (int i = 0; daemon->log >= 0 && i < TOOL_LAST_CHUNKS_MAX; i++) {
    if (tool_log_read(&daemon->tail, daemon->log) != TOOL_LOG_TEXT) break;
  }
  tool_log_copy(&daemon->tail, out_exit->engine_log, sizeof out_exit->engine_log);
  release(daemon);
}

void daemon_dismiss(struct daemon *daemon) {
  if (!daemon->tool.opened) return;
  daemon->input = tool_descriptor_close(daemon->input);
  tool_look(&daemon->tool, JSONRPC_FAREWELL_MS);
  if (daemon->tool.ended) return;
  tool_terminate(&daemon->tool);
  tool_look(&daemon->tool, JSONRPC_TERMINATE_MS);
}
