/* What a daemon says in one line: JSON-RPC 2.0, read from JSON that json_check has found good. */
#ifndef LLMB_JSONRPC_MESSAGE_H
#define LLMB_JSONRPC_MESSAGE_H

#include "core/json_reader.h"

enum message_kind { MESSAGE_RESULT, MESSAGE_ERROR, MESSAGE_NOTIFICATION };

struct message {
  enum message_kind kind;
  uint64_t id;                      /* of a result or error */
  bool names_no_request;            /* of an error: its id is null or missing */
  struct json_value result;         /* of a result */
  int64_t code;                     /* of an error */
  struct json_value text;           /* of an error: a string */
  struct json_value method, params; /* of a notification; params may be absent */
};

/* Whether it holds nothing but blanks. */
bool message_is_blank(const char *line, uint64_t size);

/* Checks that a line is one message or an array of at least one; NULL, or what is wrong with it. */
const char *message_check_line(const char *line, uint64_t size);

/* Walks the messages of a good line: start with *at = 0; false after the last. */
bool message_next(const char *line, uint64_t size, uint64_t *at, struct message *out);

#endif
