#include "schema/schema_machine.h"

#include <string.h>

#include "core/memory.h"

enum { PARTS_PER_STEP = 4 }; /* that are passed because they are hashed already */

llmb_status machine_open(struct schema_machine *machine, const struct schema_set *set, struct json_tape *tape) {
  *machine = (struct schema_machine){.set = set, .tape = tape};
  return set->state_count_max > 0 ? regex_run_open(&machine->run, set->state_count_max) : LLMB_OK;
}

void machine_close(struct schema_machine *machine) {
  regex_run_close(&machine->run);
  machine->frames = memory_release(machine->frames);
  machine->marks = memory_release(machine->marks);
}

llmb_status machine_count(struct schema_machine *machine, uint64_t steps) {
  machine->steps += steps;
  return machine->steps <= SCHEMA_STEPS_MAX ? LLMB_OK : LLMB_E_OUTPUT_INVALID;
}

llmb_status machine_hash(struct schema_machine *machine, uint32_t node) {
  const struct tape_node *value = &machine->tape->nodes[node];
  if (value->is_hashed) return LLMB_OK;
  json_tape_hash(machine->tape, node);
  return machine_count(machine, (value->next - node) / PARTS_PER_STEP);
}

static uint32_t words_of(const struct schema_machine *machine, const struct schema_frame *frame) {
  return frame->has_marks ? (machine->tape->nodes[frame->value].count + 63) / 64 : 0;
}

llmb_status machine_push(struct schema_machine *machine, uint32_t schema, uint32_t value, const char *by,
                         bool gives_marks) {
  if (machine->frame_count == SCHEMA_FRAMES_MAX) return LLMB_E_OUTPUT_INVALID;
  void *array = machine->frames;
  llmb_status status = schema_set_grow(&array, machine->frame_count, &machine->frame_capacity, sizeof *machine->frames);
  machine->frames = array;
  if (status != LLMB_OK) return status;
  struct schema_frame *frame = &machine->frames[machine->frame_count];
  const enum json_kind kind = machine->tape->nodes[value].kind;
  gives_marks = gives_marks && machine->frame_count > 0 && frame[-1].has_marks;
  frame->by = by;
  frame->schema = schema;
  frame->value = value;
  frame->rule = 0;
  frame->marks = machine->mark_count;
  frame->gives_marks = gives_marks;
  frame->has_marks =
      (kind == JSON_ARRAY || kind == JSON_OBJECT) && (gives_marks || machine->set->schemas[schema].wants_marks);
  const uint32_t words = words_of(machine, frame);
  while (machine->mark_count + words > machine->mark_capacity) {
    void *moved = machine->marks;
    const uint32_t grown = machine->mark_capacity < 64 ? 64 : machine->mark_capacity * 2;
    status = memory_resize(&moved, (uint64_t)grown * sizeof *machine->marks);
    if (status != LLMB_OK) return status;
    machine->marks = moved;
    machine->mark_capacity = grown;
  }
  if (words > 0) memset(machine->marks + machine->mark_count, 0, words * sizeof *machine->marks);
  machine->mark_count += words;
  machine->frame_count++;
  return machine_count(machine, SCHEMA_STEPS_PER_FRAME + words);
}

void machine_pop(struct schema_machine *machine, bool has_passed) {
  const struct schema_frame *frame = &machine->frames[--machine->frame_count];
  const uint32_t words = words_of(machine, frame);
  if (has_passed && frame->gives_marks) {
    uint64_t *below = machine->marks + frame[-1].marks;
    for (uint32_t i = 0; i < words; i++) below[i] |= machine->marks[frame->marks + i];
  }
  machine->mark_count -= words;
}

void machine_mark(struct schema_machine *machine, const struct schema_frame *frame, uint32_t index) {
  if (frame->has_marks) machine->marks[frame->marks + index / 64] |= UINT64_C(1) << index % 64;
}

void machine_mark_all(struct schema_machine *machine, const struct schema_frame *frame) {
  if (frame->has_marks) memset(machine->marks + frame->marks, 0xFF, words_of(machine, frame) * sizeof *machine->marks);
}

bool machine_is_marked(const struct schema_machine *machine, const struct schema_frame *frame, uint32_t index) {
  return frame->has_marks && (machine->marks[frame->marks + index / 64] >> index % 64 & 1) != 0;
}

llmb_status machine_match(struct schema_machine *machine, uint32_t regex, uint32_t node, bool *out_matches) {
  uint64_t size = 0;
  const char *text = json_tape_string(machine->tape, node, &size);
  const uint64_t before = machine->run.steps;
  *out_matches = regex_run_text(&machine->run, machine->set->regexes[regex], text, size);
  return machine_count(machine, machine->run.steps - before);
}
