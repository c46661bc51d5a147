#include "core/memory.h"
#include "schema/schema_stream_object.h"

llmb_status schema_stream_open(const struct schema_set *set, struct schema_stream **out) {
  void *block = NULL;
  *out = NULL;
  llmb_status status = memory_allocate(sizeof(struct schema_stream), &block);
  if (status != LLMB_OK) return status;
  struct schema_stream *stream = block;
  stream->set = set;
  llmb_error_init(&stream->failure);
  json_tape_begin(&stream->tape, set->key);
  json_feed_begin(&stream->feed, &stream->tape);
  status = machine_open(&stream->machine, set, &stream->tape);
  if (status != LLMB_OK) return schema_stream_close(stream), status;
  *out = stream;
  return LLMB_OK;
}

void *schema_stream_close(struct schema_stream *stream) {
  if (stream == NULL) return NULL;
  schema_track_close(&stream->track);
  machine_close(&stream->machine);
  json_names_close(&stream->names);
  json_tape_close(&stream->tape);
  memory_release(stream->open);
  return memory_release(stream);
}

void schema_stream_spend(struct schema_stream *stream, uint64_t steps) {
  stream->spent = stream->machine.steps = steps;
}

uint64_t schema_stream_spent(const struct schema_stream *stream) {
  return stream->machine.steps + stream->early;
}

bool schema_stream_is_open(const struct schema_stream *stream) {
  return !json_feed_is_done(&stream->feed);
}
