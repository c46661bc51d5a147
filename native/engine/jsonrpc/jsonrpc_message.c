#include "engine/jsonrpc/jsonrpc_message.h"

#include <string.h>
#include <strings.h>

#include "core/json_check.h"
#include "core/number_text.h"

enum { INTEGER_SIZE_MAX = 19 };

/* Only what we have written ourselves: digits. */
static bool read_id(struct json_value value, uint64_t *out) {
  *out = 0;
  if (value.kind != JSON_NUMBER || value.size > INTEGER_SIZE_MAX) return false;
  for (uint64_t i = 0; i < value.size; i++) {
    if (value.text[i] < '0' || value.text[i] > '9') return false;
    *out = *out * 10 + (uint64_t)(value.text[i] - '0');
  }
  return true;
}

static bool read_code(struct json_value value, int64_t *out) {
  char text[INTEGER_SIZE_MAX + 2];
  if (value.kind != JSON_NUMBER || value.size >= sizeof text) return false;
  memcpy(text, value.text, value.size);
  text[value.size] = 0;
  return integer_parse(text, out);
}

static const char *read_error(struct json_value error, struct message *out) {
  out->kind = MESSAGE_ERROR;
  out->text = json_member(error, "message");
  if (!read_code(json_member(error, "code"), &out->code)) return "an error without a code that is an integer";
  return out->text.kind == JSON_STRING ? NULL : "an error without a message that is a string";
}

/* The members that JSON-RPC knows, in one walk: a result may be long. Of several of one name the last counts. */
static void read_members(struct json_value object, struct message *out, struct json_value *version,
                         struct json_value *id, struct json_value *error) {
  const struct {
    const char *name;
    struct json_value *value;
  } known[] = {{"jsonrpc", version},     {"id", id},      {"result", &out->result}, {"method", &out->method},
               {"params", &out->params}, {"error", error}};
  struct json_value name, value;
  for (uint64_t at = 0; json_next(object, &at, &name, &value);) {
    for (unsigned i = 0; i < sizeof known / sizeof known[0]; i++) {
      if (json_string_is(name, known[i].name)) *known[i].value = value;
    }
  }
}

static const char *read_message(struct json_value value, struct message *out) {
  struct json_value version = {0}, id = {0}, error = {0};
  *out = (struct message){.kind = MESSAGE_NOTIFICATION};
  if (value.kind != JSON_OBJECT) return "something that is no object";
  read_members(value, out, &version, &id, &error);
  if (!json_string_is(version, "2.0")) return "an object without \"jsonrpc\": \"2.0\"";
  if (out->method.kind != JSON_ABSENT) {
    if (id.kind != JSON_ABSENT) return "a request of its own";
    return out->method.kind == JSON_STRING ? NULL : "a notification whose method is no string";
  }
  /* Many daemons send both, and null for the one that is not meant. */
  if (error.kind == JSON_NULL && out->result.kind != JSON_ABSENT) error = (struct json_value){0};
  if (error.kind != JSON_ABSENT && out->result.kind == JSON_NULL) out->result = (struct json_value){0};
  if ((out->result.kind == JSON_ABSENT) == (error.kind == JSON_ABSENT)) {
    return "an object that is neither a result nor an error nor a notification";
  }
  out->names_no_request = error.kind != JSON_ABSENT && (id.kind == JSON_NULL || id.kind == JSON_ABSENT);
  if (!read_id(id, &out->id) && !out->names_no_request) return "a reply with an id that was never given";
  out->kind = MESSAGE_RESULT;
  return error.kind == JSON_ABSENT ? NULL : read_error(error, out);
}

bool message_is_blank(const char *line, uint64_t size) {
  for (uint64_t i = 0; i < size; i++) {
    if (strchr(" \t\r", line[i]) == NULL || line[i] == 0) return false;
  }
  return true;
}

/* Why json_check has refused it. */
static const char *explain_no_json(const char *line, uint64_t size, const char *what) {
  static const char framing[] = "Content-Length:";
  if (size >= sizeof framing - 1 && strncasecmp(line, framing, sizeof framing - 1) == 0) {
    return "a header: it frames its messages by Content-Length, as language servers do, and is to write one JSON "
           "object "
           "a line instead";
  }
  return strstr(what, "levels") != NULL ? "JSON with more than 512 levels of brackets" : "a line that is not JSON";
}

const char *message_check_line(const char *line, uint64_t size) {
  const char *what = "";
  struct message message;
  struct json_value element;
  if (json_check((const uint8_t *)line, size, NULL, &what) != LLMB_OK) {
    return explain_no_json(line, size, what);
  }
  const struct json_value whole = json_read(line, size);
  if (whole.kind != JSON_ARRAY) return read_message(whole, &message);
  uint64_t at = 0;
  const char *problem = "an empty array";
  while (json_next(whole, &at, NULL, &element)) {
    problem = read_message(element, &message);
    if (problem != NULL) break;
  }
  return problem;
}

bool message_next(const char *line, uint64_t size, uint64_t *at, struct message *out) {
  struct json_value element = json_read(line, size);
  if (element.kind == JSON_ARRAY) {
    const struct json_value whole = element;
    if (!json_next(whole, at, NULL, &element)) return false;
  } else if ((*at)++ > 0) {
    return false;
  }
  return read_message(element, out) == NULL;
}
