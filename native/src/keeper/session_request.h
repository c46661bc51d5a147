/* What a host asks of a session's helper, and what the log says of it. */
#ifndef LLMB_SESSION_REQUEST_H
#define LLMB_SESSION_REQUEST_H

#include <stdbool.h>

#include "core/json_reader.h"
#include "core/settings_set.h"
#include "keeper/session_line.h"
#include "keeper/session_model.h"
#include "keeper/session_protocol.h"

enum { SESSION_FORK_SIZE = SESSION_NAME_SIZE + 24, SESSION_ID_SIZE = 24 };

struct session_request {
  struct session_message asked;
  llmb_settings settings;
  struct json_value json; /* {"prompt" or "messages", "system"} */
  const char *folder, *name, *fork;
  char id[SESSION_ID_SIZE], model[SESSION_MODEL_SIZE];
  bool may_drop;
};

/* Waits for it. False if there is none that can be, or it was refused. */
bool session_request_take(struct session_request *out);

/* The header of a new session; what is kept of an answer: its message and more. NULL without memory. */
char *session_request_header(const struct session_request *request);
char *session_request_answer(const struct session_request *request, const struct session_message *message,
                             const char *bytes, uint64_t dropped);

#endif
