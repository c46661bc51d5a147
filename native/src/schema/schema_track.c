#include "schema/schema_track.h"

#include <string.h>

#include "core/memory.h"

static llmb_status add_text(struct schema_tracker *tracker, uint32_t node) {
  void *array = tracker->texts;
  llmb_status status = schema_set_grow(&array, tracker->text_count, &tracker->text_capacity, sizeof *tracker->texts);
  tracker->texts = array;
  if (status == LLMB_OK) tracker->texts[tracker->text_count++] = node;
  return status;
}

/* A tracker whose buffers may be those of an earlier string; NULL if there are too many. */
static struct schema_tracker *add_tracker(struct schema_track *track, const struct schema_rule *rule, uint32_t schema,
                                          const char *keyword) {
  if (track->tracker_count == SCHEMA_TRACKERS_MAX) return NULL;
  struct schema_tracker *tracker = &track->trackers[track->tracker_count++];
  tracker->rule = rule;
  tracker->schema = schema;
  tracker->keyword = keyword;
  tracker->text_count = 0;
  return tracker;
}

static llmb_status track_enumerations(struct schema_track *track, const struct schema_set *set,
                                      const struct schema_asserted *asserted) {
  const struct schema_rule *rule;
  uint32_t schema = 0;
  for (uint64_t at = 0; (rule = schema_asserted_rule(asserted, set, RULE_ENUM, &at, &schema)) != NULL;) {
    struct schema_tracker *tracker = add_tracker(track, rule, schema, rule->keyword);
    const struct json_tape *tape = &set->documents[set->schemas[schema].document].tape;
    for (uint32_t i = 0; tracker != NULL && i < rule->count; i++) {
      const uint32_t node = set->pool[rule->first + i];
      llmb_status status = tape->nodes[node].kind == JSON_STRING ? add_text(tracker, node) : LLMB_OK;
      if (status != LLMB_OK) return status;
    }
  }
  return LLMB_OK;
}

/* Where no other members are allowed, a name is one of those that are listed. */
static llmb_status track_names(struct schema_track *track, const struct schema_set *set,
                               const struct schema_asserted *container) {
  const struct schema_rule *rule;
  uint32_t schema = 0;
  for (uint64_t at = 0; (rule = schema_asserted_rule(container, set, RULE_MEMBERS, &at, &schema)) != NULL;) {
    const uint32_t *pool = set->pool + rule->first, count = pool[MEMBERS_NAME_COUNT];
    const bool is_closed = pool[MEMBERS_OTHER] != SCHEMA_NONE && set->schemas[pool[MEMBERS_OTHER]].is_false;
    if (!is_closed || rule->count > MEMBERS_NAMES + 2 * count) continue;
    struct schema_tracker *tracker = add_tracker(track, rule, schema, "additionalProperties");
    for (uint32_t i = 0; tracker != NULL && i < count; i++) {
      llmb_status status = add_text(tracker, pool[MEMBERS_NAMES + 2 * i]);
      if (status != LLMB_OK) return status;
    }
  }
  return LLMB_OK;
}

static llmb_status track_patterns(struct schema_track *track, const struct schema_set *set,
                                  const struct schema_asserted *asserted) {
  const struct schema_rule *rule;
  uint32_t schema = 0;
  for (uint64_t at = 0; (rule = schema_asserted_rule(asserted, set, RULE_PATTERN, &at, &schema)) != NULL;) {
    const struct regex *regex = set->regexes[rule->first];
    struct schema_tracker *tracker = add_tracker(track, rule, schema, rule->keyword);
    if (tracker == NULL) break;
    if (tracker->run.capacity < regex_state_count(regex)) {
      regex_run_close(&tracker->run);
      llmb_status status = regex_run_open(&tracker->run, regex_state_count(regex));
      if (status != LLMB_OK) return status;
    }
    regex_run_begin(&tracker->run, regex);
  }
  return LLMB_OK;
}

llmb_status schema_track_begin(struct schema_track *track, const struct schema_set *set,
                               const struct schema_asserted *asserted, const struct schema_asserted *container) {
  track->tracker_count = track->character_count = 0;
  track->byte_count = 0;
  llmb_status status = track_enumerations(track, set, asserted);
  if (status == LLMB_OK && container != NULL) status = track_names(track, set, container);
  return status == LLMB_OK ? track_patterns(track, set, asserted) : status;
}

/* The characters of a piece of the string, decoded. */
static llmb_status decode(struct schema_track *track, const char *text, uint64_t size, uint64_t *out_size) {
  if (size + 3 > track->scratch_capacity) {
    void *moved = track->scratch;
    llmb_status status = memory_resize(&moved, size + 3 + size / 2);
    if (status != LLMB_OK) return status;
    track->scratch = moved;
    track->scratch_capacity = size + 3 + size / 2;
  }
  /* As a string of its own: the bytes around it stand for the quotes. */
  *out_size = json_string_copy((struct json_value){JSON_STRING, text - 1, size + 2}, track->scratch);
  return LLMB_OK;
}

/* Keeps the texts that go on like this; false if none does. */
static bool take_bytes(struct schema_tracker *tracker, const struct json_tape *tape, uint64_t at, const char *bytes,
                       uint64_t size) {
  uint32_t kept = 0;
  for (uint32_t i = 0; i < tracker->text_count; i++) {
    uint64_t length = 0;
    const char *text = json_tape_string(tape, tracker->texts[i], &length);
    if (length >= at + size && memcmp(text + at, bytes, size) == 0) tracker->texts[kept++] = tracker->texts[i];
  }
  tracker->text_count = kept;
  return kept > 0;
}

static bool take_characters(struct regex_run *run, const char *bytes, uint64_t size) {
  const uint8_t *at = (const uint8_t *)bytes, *end = at + size;
  while (at < end && !run->is_matched) {
    const unsigned length = at[0] < 0x80 ? 1 : at[0] < 0xE0 ? 2 : at[0] < 0xF0 ? 3 : 4;
    uint32_t character = length == 1 ? at[0] : at[0] & (0xFFU >> (length + 1));
    for (unsigned i = 1; i < length; i++) character = character << 6 | (at[i] & 0x3FU);
    at += length;
    if (!regex_run_take(run, character)) return false;
  }
  return true;
}

static void note(const struct schema_set *set, const struct schema_rule *rule, uint32_t schema, const char *keyword,
                 struct schema_failure *out) {
  *out = (struct schema_failure){keyword, schema, (uint32_t)(rule - set->rules), TAPE_NONE};
}

llmb_status schema_track_take(struct schema_track *track, struct schema_machine *machine,
                              const struct schema_asserted *asserted, uint64_t from, uint64_t to,
                              struct schema_failure *out_failed) {
  const struct schema_set *set = machine->set;
  const struct schema_rule *rule;
  uint64_t size = 0;
  uint32_t schema = 0;
  llmb_status status = decode(track, machine->tape->text + from, to - from, &size);
  if (status != LLMB_OK) return status;
  for (uint64_t i = 0; i < size; i++) track->character_count += ((uint8_t)track->scratch[i] & 0xC0) != 0x80;
  for (uint64_t at = 0; (rule = schema_asserted_rule(asserted, set, RULE_MAX_LENGTH, &at, &schema)) != NULL;) {
    if (track->character_count > rule->first) note(set, rule, schema, rule->keyword, out_failed);
  }
  for (uint32_t i = 0; status == LLMB_OK && i < track->tracker_count; i++) {
    struct schema_tracker *tracker = &track->trackers[i];
    const uint64_t before = tracker->run.steps;
    const bool is_pattern = tracker->rule->kind == RULE_PATTERN;
    status = machine_count(machine, is_pattern ? 1 : tracker->text_count);
    const struct json_tape *texts = &set->documents[set->schemas[tracker->schema].document].tape;
    const bool goes_on = is_pattern ? take_characters(&tracker->run, track->scratch, size)
                                    : take_bytes(tracker, texts, track->byte_count, track->scratch, size);
    if (!goes_on) note(set, tracker->rule, tracker->schema, tracker->keyword, out_failed);
    if (status == LLMB_OK) status = machine_count(machine, tracker->run.steps - before);
  }
  track->byte_count += size;
  return status;
}

void schema_track_close(struct schema_track *track) {
  for (uint32_t i = 0; i < SCHEMA_TRACKERS_MAX; i++) {
    memory_release(track->trackers[i].texts);
    regex_run_close(&track->trackers[i].run);
  }
  memory_release(track->scratch);
  *track = (struct schema_track){0};
}
