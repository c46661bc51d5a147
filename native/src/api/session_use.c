#include "api/session_use.h"

#include <string.h>

#include "core/memory.h"

void session_use_wait(struct call_session *session) {
  static const char doing[] = "it waits for its session";
  memcpy(session->doing, doing, sizeof doing);
}

llmb_status session_use_open(struct call_session **out) {
  void *block = NULL;
  const llmb_status status = memory_allocate(sizeof **out, &block);
  if (status != LLMB_OK) return status;
  *out = block;
  session_client_init(&(*out)->client);
  (*out)->may_repeat = true;
  session_use_wait(*out);
  return LLMB_OK;
}

void *session_use_close(struct call_session *session) {
  if (session == NULL) return NULL;
  (void)session_client_end(&session->client);
  memory_release(session->request);
  memory_release(session->conversation);
  memory_release(session->answer);
  return memory_release(session);
}

void session_use_write(const struct call_session *session, struct json_writer *writer) {
  json_key(writer, "session");
  json_object_open(writer);
  json_key(writer, "name");
  json_text(writer, session->name);
  json_key(writer, "records");
  json_integer(writer, (int64_t)session->records);
  json_key(writer, "dropped_turns");
  json_integer(writer, (int64_t)session->dropped);
  json_object_close(writer);
}
