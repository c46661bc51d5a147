#include <string.h>

#include "core/error.h"
#include "core/memory.h"
#include "engine/jsonrpc/jsonrpc_request.h"
#include "engine/jsonrpc/jsonrpc_traffic.h"

/* The call that has waited longest. */
static struct call *next_waiting(const struct session *session) {
  struct call *found = NULL;
  for (unsigned i = 0; i < session->call_count; i++) {
    struct call *call = &session->calls[i];
    if (call->state == CALL_WAITS && (found == NULL || call->id < found->id)) found = call;
  }
  return found;
}

static bool several_wait(const struct session *session) {
  unsigned count = 0;
  for (unsigned i = 0; i < session->call_count; i++) count += session->calls[i].state == CALL_WAITS;
  return count > 1 && session->in_flight_max - session->in_flight > 1;
}

static llmb_status queue(struct session *session, struct json_writer *writer) {
  char *line = NULL;
  llmb_status status = json_writer_finish(writer, &line);
  if (status == LLMB_OK) status = daemon_queue(&session->daemon, line, strlen(line));
  memory_release(line);
  return status;
}

static void fail_for_memory(struct session *session, struct call *call) {
  llmb_error error;
  llmb_error_init(&error);
  error_set(&error, LLMB_E_OUT_OF_MEMORY, LLMB_PHASE_PROMPT, "no memory for the request's line");
  session->in_flight--;
  call_finish(call, &error);
}

/* One line: a request, or an array of those that wait together. */
static void send_line(struct session *session, uint64_t now_ns) {
  struct call *taken[JSONRPC_CALLS_MAX];
  unsigned count = 0;
  struct json_writer writer;
  json_writer_begin(&writer);
  const bool batch = session->batch && several_wait(session);
  if (batch) json_array_open(&writer);
  while (session->in_flight < session->in_flight_max && (count == 0 || batch) && writer.size < JSONRPC_BATCH_SIZE_MAX) {
    struct call *call = next_waiting(session);
    if (call == NULL) break;
    call_note_sent(call, ++session->last_id, now_ns);
    session->in_flight++;
    request_write(&writer, call->request, call->id);
    taken[count++] = call;
  }
  if (batch) json_array_close(&writer);
  const llmb_status status = queue(session, &writer);
  for (unsigned i = 0; i < count; i++) {
    if (status != LLMB_OK) {
      fail_for_memory(session, taken[i]);
    } else {
      llmb_request_accept(taken[i]->request); /* from here on it may have effects */
    }
  }
}

/* A daemon that does not let go of a call may be about to be killed for it: what it does not have is safe from that. */
static bool is_doubtful(const struct session *session) {
  for (unsigned i = 0; i < session->call_count; i++) {
    if (session->calls[i].state == CALL_SENT && call_is_cancelled(&session->calls[i])) return true;
  }
  return false;
}

void traffic_send_waiting(struct session *session, uint64_t now_ns) {
  /* A line of which nothing was written yet stays its requests': should the daemon die, they were never begun. */
  while (session->daemon.input >= 0 && session->daemon.queue.size == 0 && !is_doubtful(session) &&
         session->in_flight < session->in_flight_max && next_waiting(session) != NULL) {
    send_line(session, now_ns);
    session->daemon.last_line = session->once;
    daemon_flush(&session->daemon);
  }
  daemon_flush(&session->daemon);
}

void traffic_send_ping(struct session *session, uint64_t now_ns) {
  struct json_writer writer;
  json_writer_begin(&writer);
  session->probe.id = ++session->last_id;
  session->probe.due_ns = session->probe.answered ? now_ns + JSONRPC_PING_LIMIT_NS : LLMB_NEVER;
  request_write_bare(&writer, "ping", session->probe.id);
  queue(session, &writer); /* without memory it is a ping that is missed */
  daemon_flush(&session->daemon);
}

void traffic_send_cancel(struct session *session, const struct call *call) {
  struct json_writer writer;
  if (session->daemon.input < 0) return;
  json_writer_begin(&writer);
  request_write_cancel(&writer, call->id);
  queue(session, &writer); /* without memory the daemon is killed for a call it was not asked to stop */
  daemon_flush(&session->daemon);
}
