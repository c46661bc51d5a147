#include "engine/jsonrpc/jsonrpc_session.h"

#include <stdio.h>
#include <string.h>

#include "core/error.h"
#include "engine/jsonrpc/jsonrpc_traffic.h"

llmb_status session_open(struct session *session, uint64_t now_ns, llmb_error *error) {
  session->in_flight = 0;
  session->last_id = 0;
  session->in_flight_max = session->once ? 1 : JSONRPC_CALLS_MAX;
  session->more = session->over = session->batch = session->repeatable = false;
  session->probe = (struct probe){.due_ns = LLMB_NEVER};
  session->close_ns = LLMB_NEVER;
  const llmb_status status = daemon_start(&session->daemon, session->command, session->waiter, error);
  if (status != LLMB_OK) return status;
  if (session->once) {
    traffic_send_waiting(session,
                         now_ns); /* before the first look: some answer without having read anything, and end */
  } else {
    traffic_send_ping(session, now_ns);
  }
  return LLMB_OK;
}

/* What a daemon that frames by headers, as language servers do, says of a line without one before it gives up. */
static bool expects_headers(const struct session *session, const llmb_error *exit) {
  return !session->probe.answered &&
         (strcasestr(exit->engine_log, "content-length") != NULL || strcasestr(exit->engine_log, "header") != NULL);
}

static void describe(struct session *session, llmb_status status, const char *why, const llmb_error *exit) {
  const int value = exit->exit_value;
  llmb_error *end = &session->end;
  llmb_error_init(end);
  if (why != NULL) {
    error_set(end, status, LLMB_PHASE_GENERATE, "the daemon was ended: %s", why);
  } else if (exit->exit_kind == LLMB_EXIT_CODE) {
    error_set(end, status, LLMB_PHASE_GENERATE, "the daemon exited with status %d", value);
  } else {
    error_set(end, status, LLMB_PHASE_GENERATE, "the daemon was ended by signal %d", value);
  }
  if (expects_headers(session, exit)) {
    error_set(end, status, LLMB_PHASE_GENERATE,
              "%s; by its last words it reads messages framed by Content-Length "
              "headers, as language servers do, and is to read one JSON object a line instead",
              end->message);
  }
  if (status == LLMB_E_ENGINE_CRASHED) {
    end->exit_kind = exit->exit_kind;
    end->exit_value = exit->exit_value;
  }
  snprintf(end->engine_log, sizeof end->engine_log, "%s", exit->engine_log);
}

/* Clears the daemon away and ends the calls it had; `why` is NULL where it ended by itself. */
static void end(struct session *session, llmb_status status, const char *why) {
  llmb_error exit;
  llmb_error_init(&exit);
  daemon_end(&session->daemon, &exit);
  describe(session, status, why, &exit);
  session->over = true;
  session->more = false;
  for (unsigned i = 0; i < session->call_count; i++) {
    struct call *call = &session->calls[i];
    if (call->state != CALL_SENT) continue;
    session->in_flight--;
    if (call_is_cancelled(call)) {
      call_finish_cancelled(call);
    } else if (!session->repeatable || status != LLMB_E_ENGINE_CRASHED) {
      session->end.phase = answer_phase(call->request);
      call_finish(call, &session->end);
    } /* else this process's own end gives the call to another one */
  }
}

static void cancel(struct session *session, struct call *call, uint64_t now_ns) {
  if (call->state != CALL_SENT) {
    call_finish_cancelled(call);
  } else if (session->once) {
    call->kill_ns = now_ns;
  } else {
    call->kill_ns = now_ns + call_patience_ns(call);
    traffic_send_cancel(session, call);
  }
}

/* True if a call was not let go of in time. */
static bool step_calls(struct session *session, uint64_t now_ns) {
  bool is_held = false;
  for (unsigned i = 0; i < session->call_count; i++) {
    struct call *call = &session->calls[i];
    if (call->state == CALL_FREE) continue;
    if (!call_is_cancelled(call) && llmb_request_cancelled(call->request)) cancel(session, call, now_ns);
    if (call->state == CALL_FREE) continue;
    call_step_progress(call, now_ns);
    is_held |= now_ns >= call->kill_ns;
  }
  return is_held;
}

static void deliver(struct session *session) {
  for (unsigned i = 0; i < session->call_count; i++) {
    struct call *call = &session->calls[i];
    if (call->state == CALL_ANSWERED || (call->state == CALL_SENT && call->answer.bytes.size > 0)) call_write(call);
  }
}

/* Whether the daemon has cut itself off: a moment later it is held to stay, and no daemon any more. */
static bool is_cut_off(struct session *session, uint64_t now_ns) {
  if (session->daemon.output >= 0 && (session->once || session->daemon.input >= 0)) return false;
  if (session->close_ns == LLMB_NEVER) session->close_ns = now_ns + TOOL_LAST_OUTPUT_NS;
  return now_ns >= session->close_ns;
}

/* Asks an idle daemon for its health; true if it was asked in vain too often. */
static bool step_probe(struct session *session, uint64_t now_ns) {
  struct probe *probe = &session->probe;
  if (session->once || !probe->answered) return false;
  if (session->in_flight > 0) { /* one that computes need not answer; its calls have their limits */
    *probe = (struct probe){.answered = true, .due_ns = now_ns + JSONRPC_PING_EVERY_NS};
  } else if (now_ns >= probe->due_ns) {
    if (probe->id != 0 && ++probe->missed == JSONRPC_PING_MISSES_MAX) return true;
    traffic_send_ping(session, now_ns);
  }
  return false;
}

static bool is_answered_once(const struct session *session) {
  return session->once && (session->calls[0].state == CALL_FREE || session->calls[0].state == CALL_ANSWERED);
}

static void step_daemon(struct session *session, uint64_t now_ns) {
  daemon_read_log(&session->daemon);
  tool_look(&session->daemon.tool, 0);
  const bool ended = session->daemon.tool.ended; /* seen before the read: what it wrote is there then */
  const bool is_held = step_calls(session, now_ns);
  const char *breach = traffic_receive(session, now_ns);
  if (breach != NULL) {
    end(session, LLMB_E_PROTOCOL_ERROR, breach);
  } else if (is_answered_once(session) || (ended && !session->more)) {
    end(session, LLMB_E_ENGINE_CRASHED, NULL);
  } else if (is_held) {
    end(session, LLMB_E_ENGINE_CRASHED, "it did not let go of a cancelled call");
  } else if (is_cut_off(session, now_ns)) {
    end(session, LLMB_E_ENGINE_CRASHED, "it closed its stdin or stdout");
  } else if (step_probe(session, now_ns)) {
    end(session, LLMB_E_ENGINE_CRASHED, "it did not answer ping");
  } else {
    if (session->once || session->probe.answered) traffic_send_waiting(session, now_ns);
    daemon_flush(&session->daemon);
  }
}

void session_step(struct session *session, uint64_t now_ns) {
  if (!session->over) {
    step_daemon(session, now_ns);
  } else {
    step_calls(session, now_ns);
  }
  deliver(session);
}

static uint64_t call_next_ns(const struct call *call) {
  if (call->state == CALL_FREE) return LLMB_NEVER;
  const uint64_t end_ns = call_is_cancelled(call) ? call->kill_ns : llmb_request_deadline(call->request);
  return call->progress_ns < end_ns ? call->progress_ns : end_ns;
}

uint64_t session_next_ns(const struct session *session) {
  uint64_t next_ns = LLMB_NEVER;
  if (session->more) return 0;
  for (unsigned i = 0; i < session->call_count; i++) {
    if (session->over && session->calls[i].state != CALL_ANSWERED) continue;
    const uint64_t call_ns = call_next_ns(&session->calls[i]);
    if (call_ns < next_ns) next_ns = call_ns;
  }
  if (session->over) return next_ns;
  const uint64_t own_ns[] = {session->probe.due_ns, session->close_ns};
  for (int i = 0; i < 2; i++) {
    if (own_ns[i] < next_ns) next_ns = own_ns[i];
  }
  return next_ns;
}

bool session_delivers(const struct session *session) {
  for (unsigned i = 0; i < session->call_count; i++) {
    if (session->calls[i].state == CALL_ANSWERED) return true;
  }
  return false;
}

void session_close(struct session *session) {
  llmb_error exit;
  llmb_error_init(&exit);
  tool_buffer_clear(&session->info);
  if (session->over) return;
  if (!session->once) daemon_dismiss(&session->daemon);
  daemon_end(&session->daemon, &exit);
  session->over = true;
}
