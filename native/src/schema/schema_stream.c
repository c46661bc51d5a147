#include "schema/schema_stream_object.h"

#include "core/error.h"
#include "core/memory.h"
#include "schema/exact_number.h"
#include "schema/schema_evaluate.h"
#include "schema/schema_message.h"

enum { SIGN_SIZE_MAX = 64 }; /* bytes of a number that are read again with each piece of it */

/* Says why the text is refused, as of the byte that has been read last. */
static llmb_status refuse(struct schema_stream *stream, const char *keyword, uint32_t schema,
                          const struct schema_rule *rule, uint32_t node) {
  stream->machine.failure = (struct schema_failure){
      keyword, schema, rule != NULL ? (uint32_t)(rule - stream->set->rules) : SCHEMA_NONE, node};
  return schema_message_failure(&stream->machine, stream->tape.nodes[node].at, &stream->failure);
}

static const struct schema_asserted *container_of(const struct schema_stream *stream) {
  return stream->open_count == 0 ? NULL : &stream->open[stream->open_count - 1];
}

/* After a look that has cost too many steps nothing more is looked at early; what it looked for shows at the end. */
static llmb_status looked(struct schema_stream *stream, llmb_status status) {
  if (status != LLMB_E_OUTPUT_INVALID || stream->failure.status != LLMB_OK) return status;
  stream->is_blind = true;
  stream->asserted.count = 0;
  return LLMB_OK;
}

/* What can be said of a value by its first byte. */
static llmb_status check_kind(struct schema_stream *stream, uint32_t node) {
  const struct schema_set *set = stream->set;
  const enum json_kind kind = stream->tape.nodes[node].kind;
  const struct schema_rule *rule;
  uint32_t schema = 0;
  for (uint32_t i = 0; i < stream->asserted.count; i++) {
    if (set->schemas[stream->asserted.schemas[i]].is_false) {
      return refuse(stream, "false", stream->asserted.schemas[i], NULL, node);
    }
  }
  for (uint64_t at = 0; (rule = schema_asserted_rule(&stream->asserted, set, RULE_TYPE, &at, &schema)) != NULL;) {
    if (!schema_assert_kind(rule->first, kind)) return refuse(stream, rule->keyword, schema, rule, node);
  }
  for (uint64_t at = 0; (rule = schema_asserted_rule(&stream->asserted, set, RULE_ENUM, &at, &schema)) != NULL;) {
    llmb_status status = machine_count(&stream->machine, rule->count);
    if (status != LLMB_OK) return status;
    if (!schema_assert_lists_kind(set, &set->schemas[schema], rule, kind))
      return refuse(stream, rule->keyword, schema, rule, node);
  }
  return LLMB_OK;
}

/* Whether a container has more items or members than it may. */
static llmb_status check_count(struct schema_stream *stream, enum schema_rule_kind kind, uint32_t container,
                               uint32_t node) {
  const struct schema_rule *rule;
  uint32_t schema = 0;
  for (uint64_t at = 0; (rule = schema_asserted_rule(container_of(stream), stream->set, kind, &at, &schema)) != NULL;) {
    if (stream->tape.nodes[container].count > rule->first) return refuse(stream, rule->keyword, schema, rule, node);
  }
  return LLMB_OK;
}

static llmb_status push_container(struct schema_stream *stream) {
  void *array = stream->open;
  llmb_status status = schema_set_grow(&array, stream->open_count, &stream->open_capacity, sizeof *stream->open);
  stream->open = array;
  if (status == LLMB_OK) stream->open[stream->open_count++] = stream->asserted;
  return status;
}

/* A number that is still coming has its sign already, as soon as a digit is not 0. */
static llmb_status check_sign(struct schema_stream *stream, uint32_t node, uint64_t to) {
  static const enum schema_rule_kind lower[] = {RULE_MINIMUM, RULE_EXCLUSIVE_MINIMUM};
  static const enum schema_rule_kind upper[] = {RULE_MAXIMUM, RULE_EXCLUSIVE_MAXIMUM};
  const uint64_t from = stream->tape.nodes[node].at;
  if (to - from > SIGN_SIZE_MAX) return LLMB_OK;
  const struct exact_number number = exact_number_read(stream->tape.text + from, to - from);
  if (number.digit_count == 0 || stream->is_blind) return LLMB_OK;
  for (unsigned i = 0; i < 2; i++) {
    const enum schema_rule_kind kind = number.is_negative ? lower[i] : upper[i];
    const struct schema_rule *rule;
    uint32_t schema = 0;
    for (uint64_t at = 0; (rule = schema_asserted_rule(&stream->asserted, stream->set, kind, &at, &schema)) != NULL;) {
      const struct json_value text =
          json_tape_value(&stream->set->documents[stream->set->schemas[schema].document].tape, rule->node);
      const struct exact_number bound = exact_number_read(text.text, text.size);
      const bool is_beyond = bound.digit_count == 0 || bound.is_negative != number.is_negative;
      if (is_beyond) return refuse(stream, rule->keyword, schema, rule, node);
    }
  }
  return LLMB_OK;
}

static llmb_status begin_value(struct schema_stream *stream, uint32_t node) {
  const enum json_kind kind = stream->tape.nodes[node].kind;
  const bool is_container = kind == JSON_ARRAY || kind == JSON_OBJECT;
  const uint32_t outer = is_container ? (stream->feed.depth > 1 ? stream->feed.open[stream->feed.depth - 2] : TAPE_NONE)
                                      : json_feed_container(&stream->feed);
  const bool in_array = outer != TAPE_NONE && stream->tape.nodes[outer].kind == JSON_ARRAY;
  llmb_status status = LLMB_OK;
  if (!stream->is_blind && outer == TAPE_NONE) {
    stream->asserted.count = 0;
    schema_asserted_add(&stream->asserted, stream->set, 0);
  } else if (!stream->is_blind && in_array) {
    status = check_count(stream, RULE_MAX_ITEMS, outer, node);
    if (status != LLMB_OK) return status;
    stream->asserted.count = 0;
    schema_asserted_item(&stream->asserted, stream->set, container_of(stream), stream->tape.nodes[outer].count - 1);
  }
  if (!stream->is_blind) status = looked(stream, check_kind(stream, node));
  if (status == LLMB_OK && kind == JSON_NUMBER) status = check_sign(stream, node, stream->feed.at);
  if (status != LLMB_OK) return status;
  if (is_container) return push_container(stream);
  if (kind != JSON_STRING || stream->is_blind) return LLMB_OK;
  return schema_track_begin(&stream->track, stream->set, &stream->asserted, NULL);
}

static llmb_status begin_name(struct schema_stream *stream, uint32_t node) {
  stream->asserted.count = 0;
  if (stream->is_blind) return LLMB_OK;
  llmb_status status = check_count(stream, RULE_MAX_PROPERTIES, json_feed_container(&stream->feed), node);
  if (status != LLMB_OK) return status;
  schema_asserted_names(&stream->asserted, stream->set, container_of(stream));
  return schema_track_begin(&stream->track, stream->set, &stream->asserted, container_of(stream));
}

/* A value or name that has ended, against each schema it has to keep. */
static llmb_status check_ended(struct schema_stream *stream, const struct schema_asserted *asserted, uint32_t node) {
  for (uint32_t i = 0; i < asserted->count && !stream->is_blind && !stream->set->is_dynamic; i++) {
    bool passes = false;
    llmb_status status = schema_evaluate(&stream->machine, asserted->schemas[i], node, true, &passes);
    if (status != LLMB_OK) return looked(stream, status);
    if (passes) continue;
    const uint64_t at = stream->tape.nodes[stream->machine.failure.node].at;
    return schema_message_failure(&stream->machine, at, &stream->failure);
  }
  return LLMB_OK;
}

static llmb_status end_name(struct schema_stream *stream, uint32_t node) {
  const uint32_t object = json_feed_container(&stream->feed);
  bool is_new = false;
  llmb_status status = json_names_add(&stream->names, &stream->tape, object, node, &is_new);
  if (status == LLMB_OK && !is_new) {
    return schema_message_json(stream->tape.nodes[node].at, "a name that the object does not have yet",
                               &stream->failure);
  }
  if (status == LLMB_OK) status = check_ended(stream, &stream->asserted, node);
  if (status != LLMB_OK || stream->is_blind) return status;
  stream->asserted.count = 0;
  status = schema_asserted_member(&stream->asserted, &stream->machine, container_of(stream), node);
  status = looked(stream, status);
  for (uint32_t i = 0; status == LLMB_OK && i < stream->asserted.count; i++) {
    const uint32_t schema = stream->asserted.schemas[i];
    if (stream->set->schemas[schema].is_false) return refuse(stream, "additionalProperties", schema, NULL, node);
  }
  return status;
}

/* Whether the item is the first of its array that is equal to it, where they have to differ. */
static llmb_status check_unique(struct schema_stream *stream, uint32_t node) {
  const uint32_t array = json_feed_container(&stream->feed);
  uint64_t at = 0;
  uint32_t schema = 0;
  bool is_new = false;
  if (array == TAPE_NONE || stream->tape.nodes[array].kind != JSON_ARRAY || stream->is_blind) return LLMB_OK;
  const struct schema_rule *rule =
      schema_asserted_rule(container_of(stream), stream->set, RULE_UNIQUE_ITEMS, &at, &schema);
  if (rule == NULL) return LLMB_OK;
  llmb_status status = looked(stream, machine_hash(&stream->machine, node));
  if (status != LLMB_OK || stream->is_blind) return status;
  status = json_names_add(&stream->names, &stream->tape, array, node, &is_new);
  return status != LLMB_OK || is_new ? status : refuse(stream, rule->keyword, schema, rule, node);
}

static llmb_status end_value(struct schema_stream *stream, uint32_t node) {
  const enum json_kind kind = stream->tape.nodes[node].kind;
  llmb_status status = LLMB_OK;
  if (kind == JSON_ARRAY || kind == JSON_OBJECT) {
    stream->asserted = stream->open[--stream->open_count];
    json_names_leave(&stream->names, node);
  }
  status = check_ended(stream, &stream->asserted, node);
  stream->asserted.count = 0;
  return status == LLMB_OK ? check_unique(stream, node) : status;
}

static llmb_status take_characters(struct schema_stream *stream, const struct feed_event *event) {
  struct schema_failure failed = {0};
  if (stream->is_blind) return LLMB_OK;
  llmb_status status =
      schema_track_take(&stream->track, &stream->machine, &stream->asserted, event->from, event->to, &failed);
  status = looked(stream, status);
  if (status != LLMB_OK || failed.keyword == NULL) return status;
  return refuse(stream, failed.keyword, failed.schema, &stream->set->rules[failed.rule], event->node);
}

static llmb_status take_event(struct schema_stream *stream, const struct feed_event *event) {
  switch (event->kind) {
    case FEED_VALUE_BEGIN:
      return begin_value(stream, event->node);
    case FEED_VALUE_END:
      return end_value(stream, event->node);
    case FEED_NAME_BEGIN:
      return begin_name(stream, event->node);
    case FEED_NAME_END:
      return end_name(stream, event->node);
    case FEED_CHARACTERS:
      return take_characters(stream, event);
    case FEED_NUMBER:
      return check_sign(stream, event->node, event->to);
    case FEED_WRONG:
      return schema_message_json(event->from, event->what, &stream->failure);
    case FEED_MORE:
      break;
  }
  if (stream->feed.blanks <= SCHEMA_BLANKS_MAX) return LLMB_OK;
  return schema_message_json(event->from, "no more white space", &stream->failure);
}

/* The whole, once more and by all rules: what was found early is only a part of them. */
static llmb_status check_whole(struct schema_stream *stream) {
  bool passes = false;
  stream->early = stream->machine.steps - stream->spent;
  stream->machine.steps = stream->spent;
  llmb_status status = schema_evaluate(&stream->machine, 0, 0, false, &passes);
  if (status != LLMB_OK) return schema_message_limit(status, &stream->failure);
  if (passes) return LLMB_OK;
  return schema_message_failure(&stream->machine, stream->tape.nodes[stream->machine.failure.node].at,
                                &stream->failure);
}

llmb_status schema_stream_take(struct schema_stream *stream, const char *text, uint64_t size, bool is_last,
                               llmb_error *error) {
  struct feed_event event = {.kind = FEED_VALUE_BEGIN};
  llmb_status status = stream->failure.status;
  if (status == LLMB_OK) status = json_tape_append(&stream->tape, text, size);
  if (status == LLMB_OK) json_feed_text(&stream->feed, is_last);
  while (status == LLMB_OK && event.kind != FEED_MORE) {
    status = json_feed_next(&stream->feed, &event);
    if (status == LLMB_OK) status = take_event(stream, &event);
  }
  if (status == LLMB_OK && is_last) status = check_whole(stream);
  if (status == LLMB_OK) return LLMB_OK;
  if (stream->failure.status == LLMB_OK) schema_message_limit(status, &stream->failure);
  error_copy(error, &stream->failure);
  return stream->failure.status;
}
