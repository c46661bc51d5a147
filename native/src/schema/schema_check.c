#include "schema/schema_check.h"

#include "core/json_check.h"
#include "schema/json_feed.h"
#include "schema/json_names.h"
#include "schema/schema_evaluate.h"
#include "schema/schema_message.h"

/* Puts the text on the tape; LLMB_E_OUTPUT_INVALID, with an error, for what is no JSON or has a name twice. */
static llmb_status read_instance(struct json_tape *tape, struct json_names *names, llmb_error *error) {
  struct json_feed feed;
  struct feed_event event = {.kind = FEED_VALUE_BEGIN};
  json_feed_begin(&feed, tape);
  json_feed_text(&feed, true);
  while (event.kind != FEED_MORE) {
    bool is_new = true;
    llmb_status status = json_feed_next(&feed, &event);
    if (status == LLMB_OK && event.kind == FEED_NAME_END) {
      status = json_names_add(names, tape, json_feed_container(&feed), event.node, &is_new);
    } else if (event.kind == FEED_VALUE_END) {
      json_names_leave(names, event.node);
    }
    if (status != LLMB_OK) return schema_message_limit(status, error);
    if (event.kind == FEED_WRONG) return schema_message_json(event.from, event.what, error);
    if (!is_new)
      return schema_message_json(tape->nodes[event.node].at, "a name that the object does not have yet", error);
  }
  return LLMB_OK;
}

llmb_status schema_check_instance(const struct schema_set *set, const char *text, uint64_t size, llmb_error *error) {
  struct json_tape tape;
  struct json_names names = {0};
  struct schema_machine machine = {0};
  bool passes = false;
  json_tape_begin(&tape, set->key);
  tape.text = text;
  tape.text_size = size;
  llmb_status status = read_instance(&tape, &names, error);
  if (status != LLMB_OK) goto finish;
  status = machine_open(&machine, set, &tape);
  if (status == LLMB_OK) status = schema_evaluate(&machine, 0, 0, false, &passes);
  if (status != LLMB_OK) {
    status = schema_message_limit(status, error);
  } else if (!passes) {
    status = schema_message_failure(&machine, tape.nodes[machine.failure.node].at, error);
  }
finish:
  machine_close(&machine);
  json_names_close(&names);
  json_tape_close(&tape);
  return status;
}
