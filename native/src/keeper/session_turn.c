#include "keeper/session_turn.h"

#include <stdio.h>
#include <string.h>

#include "core/json_writer.h"
#include "core/memory.h"

static llmb_status refuse(struct session_turn *turn, llmb_status status, const char *reason) {
  snprintf(turn->reason, sizeof turn->reason, "%s", reason);
  return status;
}

static bool is_system(struct json_value message) {
  const struct json_value role = json_member(message, "role");
  return json_string_is(role, "system") || json_string_is(role, "developer");
}

/* What was written, on a line of its own. */
static llmb_status add_line(struct session_turn *turn, struct json_writer *writer) {
  char *text = NULL;
  llmb_status status = json_writer_finish(writer, &text);
  if (status == LLMB_OK) status = session_bytes_add(&turn->added, text, strlen(text));
  if (status == LLMB_OK) status = session_bytes_add(&turn->added, "\n", 1);
  turn->added_count += status == LLMB_OK;
  memory_release(text);
  return status;
}

/* A message of these two. */
static llmb_status add_message(struct session_turn *turn, const char *role, struct json_value content) {
  struct json_writer writer;
  json_writer_begin(&writer);
  json_object_open(&writer);
  json_key(&writer, "role");
  json_text(&writer, role);
  json_key(&writer, "content");
  json_verbatim(&writer, content.text, content.size);
  json_object_close(&writer);
  return add_line(turn, &writer);
}

/* The same of any object. */
static llmb_status add_object(struct session_turn *turn, struct json_value message) {
  struct json_writer writer;
  json_writer_begin(&writer);
  json_verbatim(&writer, message.text, message.size);
  return add_line(turn, &writer);
}

static bool is_same_text(struct json_value one, struct json_value other) {
  void *first = NULL, *second = NULL;
  bool same = one.kind == JSON_STRING && other.kind == JSON_STRING &&
              memory_allocate(one.size + 1, &first) == LLMB_OK && memory_allocate(other.size + 1, &second) == LLMB_OK;
  if (same) {
    const uint64_t size = json_string_copy(one, first);
    same = json_string_copy(other, second) == size && memcmp(first, second, size) == 0;
  }
  memory_release(first);
  memory_release(second);
  return same;
}

/* A system message begins a session; one that goes on may be given the same again, and no other. */
static llmb_status add_system(struct session_turn *turn, struct json_value system) {
  if (system.kind != JSON_STRING || system.size <= 2) return LLMB_OK;
  if (turn->base_count == 0) return add_message(turn, "system", system);
  const struct json_value first = turn->log->records[0].message;
  if (is_system(first) && is_same_text(system, json_member(first, "content"))) return LLMB_OK;
  return refuse(turn, LLMB_E_INVALID_ARGUMENT,
                "system: the session is not new and has another system message, or none; one can only be given with "
                "its first call");
}

llmb_status session_turn_add(struct session_turn *turn, struct json_value request) {
  const struct json_value prompt = json_member(request, "prompt"), messages = json_member(request, "messages");
  struct json_value message;
  llmb_status status = add_system(turn, json_member(request, "system"));
  if (status == LLMB_OK && prompt.kind == JSON_STRING) status = add_message(turn, "user", prompt);
  if (messages.kind != JSON_ABSENT && messages.kind != JSON_ARRAY) {
    return refuse(turn, LLMB_E_INVALID_ARGUMENT, "messages: it is no array of objects with role and content");
  }
  for (uint64_t at = 0; status == LLMB_OK && messages.kind == JSON_ARRAY && json_next(messages, &at, NULL, &message);) {
    if (message.kind != JSON_OBJECT || json_member(message, "role").kind != JSON_STRING) {
      return refuse(turn, LLMB_E_INVALID_ARGUMENT, "messages: one of them is no object with a role");
    }
    if (is_system(message) && turn->base_count > 0) {
      return refuse(turn, LLMB_E_INVALID_ARGUMENT,
                    "messages: the session is not new, and a system message can only be "
                    "given with its first call");
    }
    status = add_object(turn, message);
  }
  if (status != LLMB_OK || turn->added_count > 0) return status;
  return refuse(turn, LLMB_E_INVALID_ARGUMENT, "the call adds no message to its session");
}

static llmb_status add_part(struct session_bytes *out, const char *text, uint64_t size) {
  llmb_status status = LLMB_OK;
  if (out->size > 1) status = session_bytes_add(out, ",", 1);
  return status == LLMB_OK ? session_bytes_add(out, text, size) : status;
}

static llmb_status assemble(const struct session_turn *turn, struct session_bytes *out) {
  out->size = 0;
  llmb_status status = session_bytes_add(out, "[", 1);
  bool leading = true;
  for (uint64_t i = 0; status == LLMB_OK && i < turn->base_count; i++) {
    const struct session_record *record = &turn->log->records[i];
    leading = leading && is_system(record->message); /* they stay, whatever leaves */
    if (record->turn <= turn->dropped && !leading) continue;
    status = add_part(out, record->message.text, record->message.size);
  }
  for (uint64_t at = 0; status == LLMB_OK && at < turn->added.size;) {
    const char *line = turn->added.text + at, *end = strchr(line, '\n');
    status = add_part(out, line, (uint64_t)(end - line));
    at += (uint64_t)(end - line) + 1;
  }
  return status == LLMB_OK ? session_bytes_add(out, "]", 1) : status;
}

bool session_turn_drop(struct session_turn *turn) {
  if (turn->dropped >= turn->base_turns) return false;
  turn->dropped++;
  return true;
}

llmb_status session_turn_conversation(struct session_turn *turn, bool may_drop, struct session_bytes *out) {
  llmb_status status = assemble(turn, out);
  while (status == LLMB_OK && out->size > SESSION_CONVERSATION_SIZE_MAX) {
    if (!may_drop || !session_turn_drop(turn)) {
      snprintf(
          turn->reason, sizeof turn->reason,
          "the session's conversation has %llu bytes, allowed are %d; session_overflow=drop_oldest lets the oldest "
          "turns leave what the model sees",
          (unsigned long long)out->size, SESSION_CONVERSATION_SIZE_MAX);
      return LLMB_E_CONTEXT_FULL;
    }
    status = assemble(turn, out);
  }
  return status;
}

struct lines {
  struct session_bytes *out;
  uint64_t record, turn, left;
  const char *id;
};

static void write_number(struct json_writer *writer, const char *key, uint64_t value) {
  json_key(writer, key);
  json_integer(writer, (int64_t)value);
}

/* A record with this message, and the other members of `more` behind it. */
static llmb_status add_record(struct lines *lines, const char *message, uint64_t size, struct json_value more) {
  struct json_writer writer;
  struct json_value name, value;
  char *text = NULL, key[64];
  json_writer_begin(&writer);
  json_object_open(&writer);
  write_number(&writer, "record", ++lines->record);
  write_number(&writer, "turn", lines->turn);
  write_number(&writer, "left", lines->left);
  json_key(&writer, "id");
  json_text(&writer, lines->id);
  json_key(&writer, "message");
  json_verbatim(&writer, message, size);
  for (uint64_t at = 0; more.kind == JSON_OBJECT && json_next(more, &at, &name, &value);) {
    if (name.size >= sizeof key || json_string_is(name, "message")) continue;
    json_string_copy(name, key);
    json_key(&writer, key);
    json_verbatim(&writer, value.text, value.size);
  }
  json_object_close(&writer);
  llmb_status status = json_writer_finish(&writer, &text);
  if (status == LLMB_OK) status = session_line_add(lines->out, text, strlen(text));
  memory_release(text);
  return status;
}

/* The records before a fork keep their numbers and turns; the last turn is whole as far as it goes. */
static llmb_status add_forked(const struct session_turn *turn, struct lines *lines) {
  llmb_status status = LLMB_OK;
  for (uint64_t i = 0; status == LLMB_OK && i < turn->base_count; i++) {
    const struct session_record *record = &turn->log->records[i];
    char id[32];
    session_text(record->object, "id", id, sizeof id);
    lines->id = id;
    lines->turn = record->turn;
    lines->left = 0;
    for (uint64_t n = i + 1; n < turn->base_count && turn->log->records[n].turn == record->turn; n++) lines->left++;
    status = add_record(lines, record->message.text, record->message.size, (struct json_value){.kind = JSON_ABSENT});
  }
  return status;
}

llmb_status session_turn_lines(const struct session_turn *turn, const char *header, const char *id,
                               struct json_value answer, struct session_bytes *out) {
  struct lines lines = {.out = out};
  const struct json_value none = {.kind = JSON_ABSENT}, message = json_member(answer, "message");
  llmb_status status = turn->is_new ? session_line_add(out, header, strlen(header)) : LLMB_OK;
  if (status == LLMB_OK && turn->is_new) status = add_forked(turn, &lines);
  lines.record = turn->base_count;
  lines.turn = turn->base_turns + 1;
  lines.left = turn->added_count;
  lines.id = id;
  for (uint64_t at = 0; status == LLMB_OK && at < turn->added.size; lines.left--) {
    const char *line = turn->added.text + at, *end = strchr(line, '\n');
    status = add_record(&lines, line, (uint64_t)(end - line), none);
    at += (uint64_t)(end - line) + 1;
  }
  return status == LLMB_OK ? add_record(&lines, message.text, message.size, answer) : status;
}

void session_turn_clear(struct session_turn *turn) {
  turn->added.text = memory_release(turn->added.text);
  turn->added.size = turn->added.capacity = 0;
}
