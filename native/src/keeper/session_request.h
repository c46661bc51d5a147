/* What a host asks of a session's helper, and what the log says of it. */
#ifndef LLMB_SESSION_REQUEST_H
#define LLMB_SESSION_REQUEST_H

#include <limits.h>
#include <stdbool.h>

#include "core/json_reader.h"
#include "keeper/session_line.h"
#include "keeper/session_model.h"

enum { SESSION_FORK_SIZE = SESSION_NAME_SIZE + 24 };

struct session_request {
  struct json_value json; /* all of it: {"folder", "session", "id", "prompt" or "messages", "system", ...} */
  char folder[PATH_MAX], name[SESSION_NAME_SIZE], fork[SESSION_FORK_SIZE], id[24], engine[32], library[32];
  char model[SESSION_MODEL_SIZE];
  uint64_t deadline_ns;
  bool may_drop;
};

/* Waits for it. False if there is none that can be. */
bool session_request_take(struct session_request *out);

/* The header of a new session, and what is kept of an answer beside its message; NULL without memory. */
char *session_request_header(const struct session_request *request);
char *session_request_answer(const struct session_request *request, struct json_value answer, uint64_t dropped);

#endif
