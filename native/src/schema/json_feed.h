/* Reads a JSON text that comes in pieces, puts its values on a tape, and says what begins and ends. It accepts what
 * json_check accepts. */
#ifndef LLMB_SCHEMA_JSON_FEED_H
#define LLMB_SCHEMA_JSON_FEED_H

#include "core/json_check.h"
#include "schema/json_tape.h"

enum feed_event_kind {
  FEED_MORE,        /* all text is read; the value has not ended, or its end cannot be told from the text so far */
  FEED_VALUE_BEGIN, /* of `node`; of a number or a word its first byte alone is known */
  FEED_VALUE_END,
  FEED_NAME_BEGIN,
  FEED_NAME_END,
  FEED_CHARACTERS, /* of the string or name at hand: whole characters and whole escapes between `from` and `to` */
  FEED_NUMBER,     /* the number at hand goes on up to `to` */
  FEED_WRONG       /* at `from` stands what cannot stand there; `what` would be right */
};

struct feed_event {
  enum feed_event_kind kind;
  uint32_t node;
  uint64_t from, to; /* of a value or name: where it begins, and how far it is read */
  const char *what;
};

struct json_feed {
  struct json_tape *tape;
  const char *word; /* the rest of true, false or null */
  const char *what;
  uint64_t at, end, blanks; /* `end`: of what is known to be UTF-8 */
  uint32_t state, number_state, node, depth;
  uint32_t open[JSON_DEPTH_MAX];
  bool is_last, is_name, is_not_utf8;
};

void json_feed_begin(struct json_feed *feed, struct json_tape *tape);

/* Says that the tape's text has grown; is_last that it is the whole. */
void json_feed_text(struct json_feed *feed, bool is_last);

/* The next thing in the text. LLMB_E_OUT_OF_MEMORY, LLMB_E_OUTPUT_TOO_LARGE. */
llmb_status json_feed_next(struct json_feed *feed, struct feed_event *out_event);

/* Whether the one value has ended. */
bool json_feed_is_done(const struct json_feed *feed);

/* The array or object that is open; TAPE_NONE where none is. */
uint32_t json_feed_container(const struct json_feed *feed);

#endif
