/* What a session's file says: a header, then records, which are messages. Pure: bytes in, places out.
 *
 * {"llmbridge_session":1,"library":"1.0.0","created":N,"render_time":N,"engine":"llama","model":"...","crc":"..."}
 * {"record":1,"turn":1,"left":1,"id":"...","message":{"role":"user","content":"..."},"crc":"..."}
 * {"record":2,"turn":1,"left":0,"id":"...","message":{"role":"assistant","content":"..."},...,"crc":"..."}
 *
 * A turn is what one call has added; `left` is how many of its records follow. It counts only as a whole: what stands
 * behind the last whole turn is the torn tail of a write that did not come to its end. A line that is not as it was
 * written, with a record of another turn behind it, is damage, and no conversation is made of such a file. */
#ifndef LLMB_SESSION_LOG_H
#define LLMB_SESSION_LOG_H

#include "keeper/session_line.h"

enum { SESSION_FORMAT = 1, SESSION_RECORDS_MAX = 1 << 20, SESSION_PROBLEM_SIZE = 160 };

struct session_record {
  uint64_t offset, size; /* of its line, without the newline */
  uint64_t turn;
  struct json_value object, message; /* into the text */
};

struct session_log {
  struct json_value header;       /* JSON_ABSENT: the session is new */
  struct session_record *records; /* of whole turns */
  uint64_t count, capacity;
  uint64_t turn_count;
  uint64_t whole_size; /* of the file, up to the end of its last whole turn */
  uint64_t torn_size;  /* behind that */
  char problem[SESSION_PROBLEM_SIZE];
};

/* LLMB_E_OUTPUT_INVALID: it is no session's log, or it is damaged: `problem` says where. The text must stay while the
 * log is used. session_log_clear is owed, also after a failure. */
llmb_status session_log_read(const char *text, uint64_t size, struct session_log *out);
void session_log_clear(struct session_log *log);

/* A member that is a whole number, or `otherwise`. */
uint64_t session_number(struct json_value object, const char *name, uint64_t otherwise);

/* A member that is a text of less than `capacity` bytes; else "". */
void session_text(struct json_value object, const char *name, char *out, uint64_t capacity);

#endif
