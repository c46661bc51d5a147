#include "engine/exec/exec_run.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#include "core/error.h"
#include "engine/exec/exec_command.h"
#include "engine/tool/tool_descriptor.h"
#include "engine/tool/tool_stall.h"
#include "engine/tool/tool_watch.h"

/* The prompt as a file that cannot be changed: whatever the program does with its stdin, nothing here waits for it. */
static int prompt_file(const char *prompt, uint64_t size) {
  const int file = memfd_create("prompt", MFD_CLOEXEC | MFD_ALLOW_SEALING);
  if (file < 0) return -1;
  uint64_t done = 0;
  struct rlimit limit;
  if (getrlimit(RLIMIT_FSIZE, &limit) == 0 && size > limit.rlim_cur) { /* the write would end this process */
    close(file);
    errno = EFBIG;
    return -1;
  }
  while (done < size) {
    const ssize_t written = pwrite(file, prompt + done, size - done, (off_t)done); /* it is read from its beginning */
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return tool_descriptor_close(file);
    done += (uint64_t)written;
  }
  if (fcntl(file, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE | F_SEAL_SEAL) != 0) {
    return tool_descriptor_close(file);
  }
  return file;
}

static int open_input(llmb_request *request, bool prompt_is_argument) {
  if (prompt_is_argument) return open("/dev/null", O_RDONLY | O_CLOEXEC);
  uint64_t size = 0;
  const char *prompt = llmb_request_input(request, &size);
  return prompt_file(prompt, size);
}

static llmb_status start_program(struct exec_run *run, const struct tool_command *tool, llmb_error *error) {
  struct exec_command command;
  int input = -1, output = -1, log = -1;
  llmb_status status = exec_command_make(tool, run->request, &command, error);
  if (status != LLMB_OK) return status;
  input = open_input(run->request, command.prompt_is_argument);
  if (input < 0) {
    status =
        error_set_os(error, LLMB_E_SPAWN_FAILED, LLMB_PHASE_START, errno,
                     "could not make the program's stdin (memfd_create; RLIMIT_FSIZE may not be below the prompt's "
                     "size)");
    goto finish;
  }
  if (!tool_pipe_open(&run->output, &output) || !tool_pipe_open(&run->log, &log)) {
    status = error_set_os(error, LLMB_E_SPAWN_FAILED, LLMB_PHASE_START, errno,
                          "could not make the program's stdout and stderr (pipe2)");
    goto finish;
  }
  const struct tool_start start = {.program = tool->program,
                                   .arguments = command.arguments,
                                   .environment = command.environment,
                                   .input = input,
                                   .output = output,
                                   .log = log,
                                   .processes_more = tool->processes_more};
  llmb_request_accept(run->request); /* from here on it may have effects */
  status = tool_open(&start, run->waiter, &run->tool, error);
  if (status != LLMB_OK) goto finish;
  if (!tool_watch(run->waiter, run->output, EPOLLIN, &run->output_ready) ||
      !tool_watch(run->waiter, run->log, EPOLLIN, &run->log_ready)) {
    status = error_set_os(error, LLMB_E_SPAWN_FAILED, LLMB_PHASE_START, errno, "could not watch the program");
    tool_close(&run->tool);
  }

finish:
  exec_command_clear(&command);
  tool_descriptor_close(input);
  tool_descriptor_close(output);
  tool_descriptor_close(log);
  return status;
}

static void release(struct exec_run *run) {
  run->output = tool_descriptor_close(run->output);
  run->log = tool_descriptor_close(run->log);
  run->request = NULL;
}

static void fail(struct exec_run *run, const llmb_error *error) {
  llmb_request *request = run->request;
  release(run);
  llmb_request_fail_with(request, error);
}

void exec_run_begin(struct exec_run *run, const struct tool_command *tool, int waiter, llmb_request *request) {
  llmb_error error;
  llmb_error_init(&error);
  *run = (struct exec_run){.request = request,
                           .program = tool->program,
                           .output = -1,
                           .log = -1,
                           .waiter = waiter,
                           .kill_ns = LLMB_NEVER,
                           .close_ns = LLMB_NEVER};
  run->progress_ns = tool_stall_is_limited(request) ? LLMB_NEVER : 0;
  const char *messages = llmb_request_setting(request, "messages"); /* which reach it where it stands in for another */
  if (llmb_request_kind(request) != LLMB_REQUEST_GENERATE || (messages != NULL && messages[0] != 0)) {
    error_set(&error, LLMB_E_UNSUPPORTED, LLMB_PHASE_CONFIGURE, "the engine exec runs prompts, nothing else");
    fail(run, &error);
    return;
  }
  if (start_program(run, tool, &error) != LLMB_OK) fail(run, &error);
}

static void flush_chunk(struct exec_run *run) {
  if (run->chunk_size == 0 || llmb_request_write(run->request, run->chunk, run->chunk_size) != LLMB_OK) return;
  run->chunk_size = 0;
}

/* Stops or starts to be woken by the program's output: while the host does not read, the program is not read either. */
static void watch_output(struct exec_run *run, bool watch) {
  if (run->output < 0 || run->output_waits == !watch) return;
  /* Taken out, not asked for nothing: its end would be told all the same, again and again. */
  if (watch) {
    tool_watch(run->waiter, run->output, EPOLLIN, &run->output_ready);
  } else {
    tool_unwatch(run->waiter, run->output);
  }
  run->output_waits = !watch;
}

static void read_output(struct exec_run *run) {
  flush_chunk(run);
  /* However fast it writes, the calls beside it have their turn: the waiter says that there is more. */
  for (int i = 0; i < TOOL_TURN_CHUNKS_MAX && run->output >= 0 && run->chunk_size == 0; i++) {
    if (!run->output_ready && !run->tool.ended) break;
    const ssize_t size = read(run->output, run->chunk, sizeof run->chunk);
    if (size < 0 && errno == EINTR) continue;
    run->output_ready = size == (ssize_t)sizeof run->chunk; /* else that was all, as far as this look knows */
    if (size < 0 && errno == EAGAIN) break;
    if (size <= 0) {
      run->output = tool_descriptor_close(run->output); /* closing takes it out of the epoll set */
      break;
    }
    run->chunk_size = (uint64_t)size;
    flush_chunk(run);
    if (!llmb_request_writable(run->request)) break;
  }
  watch_output(run, run->chunk_size == 0 && llmb_request_writable(run->request));
}

static void read_log(struct exec_run *run) {
  if (run->log < 0 || !run->log_ready) return;
  run->log_ready = false;
  if (tool_log_read(&run->tail, run->log) == TOOL_LOG_END) run->log = tool_descriptor_close(run->log);
}

/* What a cancelled program is granted to end by itself. */
static uint64_t patience_ns(llmb_request *request) {
  const char *grace_ms = llmb_request_setting(request, "grace_ms");
  const uint64_t half_ns = grace_ms != NULL ? strtoull(grace_ms, NULL, 10) * 500000u : 0;
  return half_ns < TOOL_PATIENCE_NS ? half_ns : TOOL_PATIENCE_NS;
}

static void cancel(struct exec_run *run, uint64_t now_ns) {
  run->cancelled = true;
  run->kill_ns = now_ns + patience_ns(run->request);
  tool_terminate(&run->tool);
}

static void describe_exit(const struct exec_run *run, llmb_error *error) {
  const bool exited = error->exit_kind == LLMB_EXIT_CODE;
  const int32_t kind = error->exit_kind, value = error->exit_value;
  if (run->cancelled) {
    error_set(error, LLMB_E_CANCELLED, LLMB_PHASE_GENERATE, "the program was ended");
  } else if (exited) {
    error_set(error, LLMB_E_ENGINE_ERROR, LLMB_PHASE_GENERATE, "the program exited with status %d", value);
  } else if (kind == LLMB_EXIT_SIGNAL) {
    error_set(error, LLMB_E_ENGINE_CRASHED, LLMB_PHASE_GENERATE, "the program was ended by signal %d", value);
  } else {
    error_set(error, LLMB_E_ENGINE_CRASHED, LLMB_PHASE_GENERATE,
              "the process that watches over the program was ended, so the program was too");
  }
  error->exit_kind = kind;
  error->exit_value = value;
  tool_log_copy(&run->tail, error->engine_log, sizeof error->engine_log);
}

/* The program is gone with all that it started, and all that will be taken of its output was. */
static void finish(struct exec_run *run) {
  llmb_error error;
  llmb_error_init(&error);
  error.exit_kind = run->tool.exit_kind;
  error.exit_value = run->tool.exit_value;
  if (run->tool.refused) tool_explain_refusal(&run->tool, run->program, &error);
  const bool refused = run->tool.refused;
  tool_close(&run->tool);
  if (refused) {
    fail(run, &error);
    return;
  }
  for (int i = 0; run->log >= 0 && i < TOOL_LAST_CHUNKS_MAX; i++) {
    if (tool_log_read(&run->tail, run->log) != TOOL_LOG_TEXT) break;
  }
  if (!run->cancelled && error.exit_kind == LLMB_EXIT_CODE && error.exit_value == 0) {
    const llmb_usage usage = {.struct_size = sizeof usage, .finish_reason = LLMB_FINISH_STOP};
    llmb_request *request = run->request;
    release(run);
    llmb_request_done(request, &usage);
    return;
  }
  describe_exit(run, &error);
  fail(run, &error);
}

void exec_run_step(struct exec_run *run, uint64_t now_ns) {
  if (!run->cancelled && llmb_request_cancelled(run->request)) cancel(run, now_ns);
  if (now_ns >= run->kill_ns) {
    tool_clear(&run->tool);
    run->kill_ns = LLMB_NEVER;
  }
  read_log(run);
  tool_look(&run->tool, 0);
  const bool ended = run->tool.ended; /* seen before the read: what it wrote is there then */
  if (run->cancelled) {
    run->output = tool_descriptor_close(run->output); /* nobody wants it any more */
    run->chunk_size = 0;
  } else {
    read_output(run);
  }
  if (ended && run->close_ns == LLMB_NEVER) run->close_ns = now_ns + TOOL_LAST_OUTPUT_NS;
  const bool over = run->output < 0 || (now_ns >= run->close_ns && !run->output_waits);
  if (ended && over && run->chunk_size == 0) {
    tool_clear(&run->tool);
    if (run->tool.gone) {
      finish(run);
      return;
    }
  }
  if (now_ns >= run->progress_ns) {
    llmb_request_progress(run->request);
    run->progress_ns = now_ns + TOOL_PROGRESS_EVERY_NS;
  }
}

uint64_t exec_run_next_ns(const struct exec_run *run) {
  uint64_t next_ns = run->cancelled ? run->kill_ns : llmb_request_deadline(run->request);
  if (!run->cancelled && run->progress_ns < next_ns) next_ns = run->progress_ns;
  if (!run->output_waits && !run->tool.clearing && run->close_ns < next_ns) next_ns = run->close_ns;
  const uint64_t tool_ns = tool_next_ns(&run->tool);
  return tool_ns < next_ns ? tool_ns : next_ns;
}
