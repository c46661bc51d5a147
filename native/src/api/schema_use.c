#include "api/schema_use.h"

#include "api/tools_use.h"
#include "core/memory.h"
#include "schema/schema_stream.h"

llmb_status schema_use_open(struct schema_entry *entry, struct tools_use *tools, struct schema_use **out) {
  void *block = NULL;
  *out = NULL;
  llmb_status status = memory_allocate(sizeof(struct schema_use), &block);
  if (status != LLMB_OK) {
    schema_entry_release(entry);
    tools_use_close(tools);
    return status;
  }
  struct schema_use *use = block;
  use->entry = entry;
  use->tools = tools;
  if (entry != NULL) status = schema_stream_open(&entry->set, &use->stream);
  if (status == LLMB_OK) {
    *out = use;
  } else {
    schema_use_close(use);
  }
  return status;
}

void *schema_use_close(struct schema_use *use) {
  if (use == NULL) return NULL;
  schema_stream_close(use->stream);
  schema_entry_release(use->entry);
  tools_use_close(use->tools);
  return memory_release(use);
}

llmb_status schema_use_begin_anew(struct schema_use *use) {
  struct schema_stream *stream = NULL;
  if (use->entry != NULL) {
    const llmb_status status = schema_stream_open(&use->entry->set, &stream);
    if (status != LLMB_OK) return status;
  }
  schema_stream_close(use->stream);
  use->stream = stream;
  use->is_refused = use->is_truncated = false;
  use->has_begun_anew = true;
  return LLMB_OK;
}
