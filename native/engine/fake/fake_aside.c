#include "engine/fake/fake_aside.h"

#include <stdio.h>
#include <string.h>

enum { CALLS_SIZE_MAX = 16 << 10 };

/* {"id","name","arguments"} of "NAME JSON"; the JSON is taken as it is, good or not. */
static int write_call(const struct fake_step *step, unsigned number, char *out, size_t capacity) {
  const char *const blank = memchr(step->text, ' ', (size_t)step->size);
  const size_t name_size = blank != NULL ? (size_t)(blank - step->text) : (size_t)step->size;
  const int rest = blank != NULL ? (int)(step->size - name_size - 1) : 0;
  return snprintf(out, capacity, "%s{\"id\":\"call_%u\",\"name\":\"%.*s\",\"arguments\":%.*s}", number > 1 ? "," : "[",
                  number, (int)name_size, step->text, rest > 0 ? rest : 2, rest > 0 ? blank + 1 : "{}");
}

static llmb_status tell_calls(struct fake_run *run) {
  char list[CALLS_SIZE_MAX];
  size_t size = 0;
  unsigned calls = 0;
  for (unsigned i = run->step; i < run->script->count && run->script->steps[i].verb == FAKE_TOOL; i++) {
    const int added = write_call(&run->script->steps[i], ++calls, list + size, sizeof list - size);
    if (added < 0 || size + (size_t)added + 1 >= sizeof list) return LLMB_E_ENGINE_ERROR;
    size += (size_t)added;
  }
  list[size++] = ']';
  const llmb_status status = llmb_request_write_aside(run->request, LLMB_ASIDE_TOOL_CALLS, list, size);
  if (status != LLMB_OK) return status;
  run->calls = calls;
  run->step += calls - 1;
  return LLMB_OK;
}

llmb_status fake_tell_aside(struct fake_run *run, const struct fake_step *step) {
  if (llmb_request_kind(run->request) != LLMB_REQUEST_GENERATE) return LLMB_OK;
  if (step->verb == FAKE_TOOL) return tell_calls(run);
  return llmb_request_write_aside(run->request, LLMB_ASIDE_REASONING, step->text, step->size);
}
