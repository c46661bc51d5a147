/* How a worker ended, in words. */
#include "pool/connection_end.h"

#include <stdio.h>
#include <string.h>

#include "core/error.h"

/* "exited with status 3", "was ended by signal 11", ... */
static void describe_exit(const struct connection *connection, char *text, size_t capacity) {
  const struct keeper_event *end = &connection->end;
  if (end->exit_kind == LLMB_EXIT_CODE) {
    snprintf(text, capacity, "exited with status %d", end->exit_value);
  } else if (end->exit_kind == LLMB_EXIT_SIGNAL) {
    snprintf(text, capacity, "was ended by signal %d%s", end->exit_value,
             end->memory_was_short ? ", for want of memory" : "");
  } else if (end->kind == KEEPER_EVENT_LOST) {
    snprintf(text, capacity, "was lost %s",
             end->closed_here                        ? "when this process closed descriptors that are llmbridge's"
             : connection->share.stage != SHARE_NONE ? "together with its server"
                                                     : "together with its keeper");
  } else {
    snprintf(text, capacity, "ended");
  }
}

void connection_describe_end(const struct connection *connection, uint32_t phase, llmb_error *error) {
  const struct keeper_event *end = &connection->end;
  char how[96];
  describe_exit(connection, how, sizeof how);
  if (connection->failure != LLMB_OK) {
    error_set(error, connection->failure, phase, "%s", connection->failure_text);
  } else if (end->kind == KEEPER_EVENT_SPAWN_FAILED) {
    error_set_os(error, end->status, LLMB_PHASE_START, end->os_code, "could not start the engine's program (%s)",
                 end->step);
  } else if (end->guard_expired) {
    error_set(error, LLMB_E_ENGINE_HUNG, phase, "the engine ignored a deadline and was stopped by the keeper");
  } else if (connection->last_words[0] != 0) {
    error_set(error, LLMB_E_ENGINE_CRASHED, phase, "the engine %s: %s", how, connection->last_words);
  } else {
    error_set(error, LLMB_E_ENGINE_CRASHED, phase, "the engine %s", how);
  }
  if (error == NULL || end->kind == KEEPER_EVENT_SPAWN_FAILED) return;
  error->exit_kind = end->kind == KEEPER_EVENT_LOST ? (int32_t)LLMB_EXIT_UNKNOWN : end->exit_kind;
  if (end->kind == KEEPER_EVENT_LOST) error->os_code = end->os_code; /* 0: the keeper's end of file */
  error->exit_value = end->exit_value;
  error_copy_text(error->engine_log, sizeof error->engine_log, end->log, strnlen(end->log, sizeof end->log), 1);
}
