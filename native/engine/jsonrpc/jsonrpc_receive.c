#include <stdio.h>
#include <string.h>

#include "core/number_text.h"
#include "core/text_quote.h"
#include "engine/jsonrpc/jsonrpc_message.h"
#include "engine/jsonrpc/jsonrpc_traffic.h"

static struct call *find_sent(const struct session *session, uint64_t id) {
  for (unsigned i = 0; i < session->call_count; i++) {
    if (session->calls[i].state == CALL_SENT && session->calls[i].id == id) return &session->calls[i];
  }
  return NULL;
}

static unsigned read_limit(struct json_value value, unsigned most) {
  char text[8];
  int64_t number = 0;
  if (value.kind != JSON_NUMBER || value.size >= sizeof text) return most;
  memcpy(text, value.text, value.size);
  text[value.size] = 0;
  return integer_parse(text, &number) && number >= 1 && number < most ? (unsigned)number : most;
}

/* Any answer to the ping is a sign of life. What the first one says of the daemon counts. */
static void take_pong(struct session *session, const struct message *message, uint64_t now_ns) {
  const bool first = !session->probe.answered;
  session->probe = (struct probe){.answered = true, .due_ns = now_ns + JSONRPC_PING_EVERY_NS};
  if (!first || message->kind != MESSAGE_RESULT) return;
  session->in_flight_max = read_limit(json_member(message->result, "concurrent"), session->in_flight_max);
  session->batch = json_member(message->result, "batch").kind == JSON_TRUE;
  session->repeatable = json_member(message->result, "repeatable").kind == JSON_TRUE;
  if (message->result.kind == JSON_OBJECT && message->result.size <= JSONRPC_INFO_SIZE_MAX) {
    tool_buffer_append(&session->info, message->result.text, message->result.size);
  }
}

static void fail(struct session *session, struct call *call, const llmb_error *error) {
  session->in_flight--;
  call_finish(call, error);
}

static void take_piece(struct session *session, const struct message *message) {
  llmb_error error;
  const struct json_value id = json_member(message->params, "id"), text = json_member(message->params, "text");
  char digits[24];
  int64_t number = 0;
  if (id.kind != JSON_NUMBER || id.size >= sizeof digits || text.kind != JSON_STRING) return;
  memcpy(digits, id.text, id.size);
  digits[id.size] = 0;
  if (!integer_parse(digits, &number)) return;
  struct call *call = find_sent(session, (uint64_t)number);
  if (call == NULL || call_is_cancelled(call) || llmb_request_kind(call->request) != LLMB_REQUEST_GENERATE) return;
  llmb_error_init(&error);
  if (answer_add_piece(&call->answer, call->request, text, &error) == LLMB_OK) return;
  traffic_send_cancel(session, call);
  fail(session, call, &error);
}

static void take_reply(struct session *session, const struct message *message) {
  llmb_error error;
  llmb_error_init(&error);
  struct call *call = find_sent(session, message->id);
  if (call == NULL) return; /* late */
  if (call_is_cancelled(call)) {
    session->in_flight--;
    call_finish_cancelled(call);
  } else if (message->kind == MESSAGE_ERROR) {
    answer_explain(call->request, message, &error);
    fail(session, call, &error);
  } else if (answer_take(&call->answer, call->request, message->result, &error) != LLMB_OK) {
    fail(session, call, &error);
  } else {
    session->in_flight--;
    call->state = CALL_ANSWERED;
  }
}

/* The daemon could not tell which request it is about: clear only where there is one. */
static const char *take_error_of_no_request(struct session *session, struct message *message, uint64_t now_ns) {
  unsigned count = 0;
  for (unsigned i = 0; i < session->call_count; i++) {
    if (session->calls[i].state != CALL_SENT) continue;
    message->id = session->calls[i].id;
    count++;
  }
  if (count > 1) return "an error whose id is null, while it has several requests";
  if (count == 1) {
    take_reply(session, message);
  } else if (session->probe.id != 0) {
    take_pong(session, message, now_ns);
  }
  return NULL;
}

static const char *take_message(struct session *session, struct message *message, uint64_t now_ns) {
  if (message->kind == MESSAGE_NOTIFICATION) {
    if (json_string_is(message->method, "piece")) take_piece(session, message);
    return NULL;
  }
  if (message->names_no_request) return take_error_of_no_request(session, message, now_ns);
  if (message->id == 0 || message->id > session->last_id) return "a reply with an id that was never given";
  if (message->id == session->probe.id) {
    take_pong(session, message, now_ns);
  } else {
    take_reply(session, message);
  }
  return NULL;
}

static uint64_t line_size_max(const struct session *session) {
  uint64_t answer_max = 0;
  for (unsigned i = 0; i < session->call_count; i++) {
    const struct call *call = &session->calls[i];
    if (call->state == CALL_SENT && call->answer_max > answer_max) answer_max = call->answer_max;
  }
  return answer_max * JSONRPC_ESCAPE_MAX + JSONRPC_LINE_SLACK;
}

/* With the beginning of the line: it is what the daemon's author looks for. */
static const char *note_breach(struct session *session, const char *problem, const char *line, uint64_t size) {
  char beginning[TEXT_QUOTE_SHOWN_MAX + 2], quoted[TEXT_QUOTE_CAPACITY];
  if (size > sizeof beginning - 1) size = sizeof beginning - 1;
  memcpy(beginning, line, size);
  beginning[size] = 0;
  snprintf(session->breach, sizeof session->breach, "%s: %s", problem, text_quote(quoted, beginning));
  return session->breach;
}

static const char *take_line(struct session *session, const char *line, uint64_t size, uint64_t now_ns) {
  struct message message;
  if (message_is_blank(line, size)) return NULL;
  const char *problem = message_check_line(line, size);
  for (uint64_t at = 0; problem == NULL && message_next(line, size, &at, &message);) {
    problem = take_message(session, &message, now_ns);
  }
  return problem != NULL ? note_breach(session, problem, line, size) : NULL;
}

const char *traffic_receive(struct session *session, uint64_t now_ns) {
  const char *problem = NULL;
  session->more = true;
  for (int i = 0; i < JSONRPC_LINES_MAX && problem == NULL; i++) {
    const char *line = NULL;
    uint64_t size = 0;
    switch (daemon_read(&session->daemon, line_size_max(session), &line, &size)) {
      case DAEMON_NOTHING:
        session->more = false;
        return NULL;
      case DAEMON_MORE:
        return NULL;
      case DAEMON_LINE_TOO_LONG:
        return "a line longer than an answer may be (output_bytes)";
      case DAEMON_NO_MEMORY:
        return "a line for which there is no memory";
      case DAEMON_LINE:
        problem = take_line(session, line, size, now_ns);
        break;
    }
  }
  return problem;
}
