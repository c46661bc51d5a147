#include "schema/json_feed.h"

#include <string.h>

#include "core/utf8.h"
#include "schema/json_number.h"
#include "schema/schema_limits.h"

enum feed_state {
  BEFORE_VALUE,
  BEFORE_FIRST_ELEMENT, /* or the array's end */
  BEFORE_FIRST_NAME,    /* or the object's end */
  BEFORE_NAME,
  BEFORE_COLON,
  AFTER_VALUE,
  IN_STRING,
  IN_NUMBER,
  IN_WORD
};

void json_feed_begin(struct json_feed *feed, struct json_tape *tape) {
  memset(feed, 0, sizeof *feed);
  feed->tape = tape;
}

void json_feed_text(struct json_feed *feed, bool is_last) {
  uint64_t valid = 0;
  if (feed->is_not_utf8) return;
  feed->is_last = is_last;
  if (feed->tape->text_size == feed->end) return; /* of an empty text there may be none */
  const char *fresh = feed->tape->text + feed->end;
  const enum utf8_verdict verdict = utf8_check((const uint8_t *)fresh, feed->tape->text_size - feed->end, &valid);
  feed->end += valid;
  feed->is_not_utf8 = verdict == UTF8_INVALID || (verdict == UTF8_INCOMPLETE && is_last);
}

bool json_feed_is_done(const struct json_feed *feed) {
  return feed->state == AFTER_VALUE && feed->depth == 0;
}

uint32_t json_feed_container(const struct json_feed *feed) {
  return feed->depth == 0 ? TAPE_NONE : feed->open[feed->depth - 1];
}

/* Member by member: compiled for size, a whole structure costs a string instruction, which takes its time to start. */
static llmb_status tell(const struct json_feed *feed, enum feed_event_kind kind, uint64_t from,
                        struct feed_event *out) {
  out->kind = kind;
  out->node = feed->node;
  out->from = from;
  out->to = feed->at;
  return LLMB_OK;
}

static llmb_status wrong(const struct json_feed *feed, const char *what, struct feed_event *out) {
  out->what = what;
  return tell(feed, FEED_WRONG, feed->at, out);
}

static llmb_status more(const struct json_feed *feed, struct feed_event *out) {
  if (feed->is_not_utf8) return wrong(feed, "valid UTF-8", out);
  if (feed->is_last && !json_feed_is_done(feed)) {
    return wrong(feed, feed->state == IN_STRING ? "a closing quote" : "the rest of the value", out);
  }
  return tell(feed, FEED_MORE, feed->at, out);
}

static llmb_status end_value(struct json_feed *feed, enum feed_event_kind kind, struct feed_event *out) {
  feed->state = kind == FEED_NAME_END ? BEFORE_COLON : AFTER_VALUE;
  tell(feed, kind, feed->tape->nodes[feed->node].at, out);
  return json_tape_end(feed->tape, feed->node, feed->at);
}

static llmb_status begin_value(struct json_feed *feed, struct feed_event *out) {
  const uint32_t container = json_feed_container(feed);
  if (container != TAPE_NONE && feed->tape->nodes[container].kind == JSON_ARRAY) feed->tape->nodes[container].count++;
  const char byte = feed->tape->text[feed->at];
  enum json_kind kind = JSON_NUMBER;
  uint32_t state = IN_WORD;
  switch (byte) {
    case '{':
    case '[':
      if (feed->depth == JSON_DEPTH_MAX) return wrong(feed, "no more than 512 levels of brackets", out);
      kind = byte == '{' ? JSON_OBJECT : JSON_ARRAY;
      state = byte == '{' ? BEFORE_FIRST_NAME : BEFORE_FIRST_ELEMENT;
      break;
    case '"':
      kind = JSON_STRING;
      state = IN_STRING;
      feed->is_name = false;
      break;
    case 't':
      kind = JSON_TRUE;
      feed->word = "true";
      break;
    case 'f':
      kind = JSON_FALSE;
      feed->word = "false";
      break;
    case 'n':
      kind = JSON_NULL;
      feed->word = "null";
      break;
    default:
      feed->number_state = number_next(N_BEGIN, byte);
      if (feed->number_state == N_BEGIN) return wrong(feed, "a value", out);
      state = IN_NUMBER;
  }
  llmb_status status = json_tape_add(feed->tape, kind, feed->at, &feed->node);
  if (status != LLMB_OK) return status;
  if (kind == JSON_OBJECT || kind == JSON_ARRAY) feed->open[feed->depth++] = feed->node;
  if (state != IN_WORD) feed->at++;
  feed->state = state;
  return tell(feed, FEED_VALUE_BEGIN, feed->tape->nodes[feed->node].at, out);
}

static llmb_status begin_name(struct json_feed *feed, const char *what, struct feed_event *out) {
  if (feed->tape->text[feed->at] != '"') return wrong(feed, what, out);
  llmb_status status = json_tape_add(feed->tape, JSON_STRING, feed->at, &feed->node);
  if (status != LLMB_OK) return status;
  feed->tape->nodes[json_feed_container(feed)].count++;
  feed->at++;
  feed->state = IN_STRING;
  feed->is_name = true;
  return tell(feed, FEED_NAME_BEGIN, feed->at - 1, out);
}

static llmb_status close_container(struct json_feed *feed, struct feed_event *out) {
  feed->node = feed->open[--feed->depth];
  feed->at++;
  return end_value(feed, FEED_VALUE_END, out);
}

static bool is_hexadecimal(char byte) {
  return (byte >= '0' && byte <= '9') || ((byte | 0x20) >= 'a' && (byte | 0x20) <= 'f');
}

/* The bytes of the escape at `at`; 0 if they have not all come, -1 if it is none (the feed then says where and why). */
static int escape_size(struct json_feed *feed) {
  const char *text = feed->tape->text + feed->at;
  const uint64_t size = feed->end - feed->at;
  if (size < 2) return 0;
  if (text[1] != 'u') {
    if (text[1] != 0 && strchr("\"\\/bfnrt", text[1]) != NULL) return 2;
    feed->at++;
    feed->what = "one of \"\\/bfnrtu after the backslash";
    return -1;
  }
  for (uint64_t i = 2; i < 6; i++) {
    if (i == size) return 0;
    if (is_hexadecimal(text[i])) continue;
    feed->at += i;
    feed->what = "four hexadecimal digits after \\u";
    return -1;
  }
  return 6;
}

/* Whether an escape of 6 bytes is the first half of a pair whose second half has yet to come. */
static bool waits_for_its_pair(const struct json_feed *feed) {
  const char *text = feed->tape->text + feed->at;
  if ((text[2] | 0x20) != 'd' || strchr("89abAB", text[3]) == NULL) return false;
  const uint64_t size = feed->end - feed->at;
  if (size == 6) return true;
  return text[6] == '\\' && (size == 7 || (text[7] == 'u' && size < 12));
}

/* The first byte that is a control character, '"' or a backslash. */
static uint64_t plain_end(const char *text, uint64_t at, uint64_t end) {
  const uint64_t ones = UINT64_C(0x0101010101010101);
  for (uint64_t word; end - at >= sizeof word; at += sizeof word) {
    memcpy(&word, text + at, sizeof word);
    const uint64_t quote = word ^ ones * '"', escape = word ^ ones * '\\';
    /* Whatever the subtracted bytes borrow from has its top bit set: the lowest that has is one of them. */
    const uint64_t found = ((word - ones * 0x20) | (quote - ones) | (escape - ones)) & ~word & ones << 7;
    if (found != 0) return at + (uint64_t)__builtin_ctzll(found) / 8;
  }
  while (at < end && (uint8_t)text[at] >= 0x20 && text[at] != '"' && text[at] != '\\') at++;
  return at;
}

static llmb_status read_string(struct json_feed *feed, struct feed_event *out) {
  const char *text = feed->tape->text;
  const uint64_t from = feed->at;
  for (;;) {
    const uint64_t at = feed->at = plain_end(text, feed->at, feed->end);
    if (at == feed->end) break;
    if (text[at] != '\\') {
      if (at > from) break;
      if (text[at] != '"') return wrong(feed, "an escape instead of a control character", out);
      feed->at++;
      return end_value(feed, feed->is_name ? FEED_NAME_END : FEED_VALUE_END, out);
    }
    const int size = escape_size(feed);
    if (size < 0) return wrong(feed, feed->what, out);
    feed->at = at;
    feed->tape->nodes[feed->node].is_escaped = true;
    if (size == 0 || (size == 6 && waits_for_its_pair(feed))) break;
    feed->at += (uint64_t)size;
  }
  if (feed->at == from) return more(feed, out);
  return tell(feed, FEED_CHARACTERS, from, out);
}

static llmb_status read_number(struct json_feed *feed, struct feed_event *out) {
  const uint64_t from = feed->at;
  while (feed->at < feed->end) {
    const uint8_t next = number_next(feed->number_state, feed->tape->text[feed->at]);
    if (next == N_BEGIN) break;
    feed->number_state = next;
    feed->at++;
  }
  const bool has_come = feed->at < feed->end || (feed->is_last && !feed->is_not_utf8);
  if (feed->at > from && !has_come) {
    return tell(feed, FEED_NUMBER, from, out);
  }
  if (!has_come) return more(feed, out);
  if (!number_steps[feed->number_state].may_end) return wrong(feed, "a digit", out);
  return end_value(feed, FEED_VALUE_END, out);
}

static llmb_status read_word(struct json_feed *feed, struct feed_event *out) {
  const uint64_t begin = feed->tape->nodes[feed->node].at;
  while (feed->word[feed->at - begin] != 0) {
    if (feed->at == feed->end) return more(feed, out);
    if (feed->tape->text[feed->at] != feed->word[feed->at - begin]) return wrong(feed, feed->word, out);
    feed->at++;
  }
  return end_value(feed, FEED_VALUE_END, out);
}

static bool skip_blanks(struct json_feed *feed) {
  while (feed->at < feed->end) {
    const char byte = feed->tape->text[feed->at];
    if (byte != ' ' && byte != '\n' && byte != '\r' && byte != '\t') {
      feed->blanks = 0;
      return true;
    }
    feed->at++;
    feed->blanks++;
  }
  return false;
}

static llmb_status read_separator(struct json_feed *feed, struct feed_event *out) {
  const char byte = feed->tape->text[feed->at];
  const uint32_t container = json_feed_container(feed);
  const bool in_object = container != TAPE_NONE && feed->tape->nodes[container].kind == JSON_OBJECT;
  if (container == TAPE_NONE) return wrong(feed, "nothing after the value", out);
  if (byte == (in_object ? '}' : ']')) return close_container(feed, out);
  if (byte != ',') return wrong(feed, in_object ? "',' or '}'" : "',' or ']'", out);
  feed->at++;
  feed->state = in_object ? BEFORE_NAME : BEFORE_VALUE;
  return json_feed_next(feed, out);
}

llmb_status json_feed_next(struct json_feed *feed, struct feed_event *out) {
  if (feed->state == IN_STRING) return read_string(feed, out);
  if (feed->state == IN_NUMBER) return read_number(feed, out);
  if (feed->state == IN_WORD) return read_word(feed, out);
  if (!skip_blanks(feed)) return more(feed, out);
  const char byte = feed->tape->text[feed->at];
  switch ((enum feed_state)feed->state) {
    case BEFORE_FIRST_ELEMENT:
      if (byte == ']') return close_container(feed, out);
      return begin_value(feed, out);
    case BEFORE_FIRST_NAME:
      if (byte == '}') return close_container(feed, out);
      return begin_name(feed, "a name in quotes or '}'", out);
    case BEFORE_NAME:
      return begin_name(feed, "a name in quotes", out);
    case BEFORE_COLON:
      if (byte != ':') return wrong(feed, "':'", out);
      feed->at++;
      feed->state = BEFORE_VALUE;
      return json_feed_next(feed, out);
    case AFTER_VALUE:
      return read_separator(feed, out);
    case BEFORE_VALUE:
    case IN_STRING:
    case IN_NUMBER:
    case IN_WORD:
      break;
  }
  return begin_value(feed, out);
}
