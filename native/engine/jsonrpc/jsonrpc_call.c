#include "engine/jsonrpc/jsonrpc_call.h"

#include <stdlib.h>

#include "core/error.h"
#include "core/number_text.h"
#include "engine/tool/tool_limits.h"
#include "engine/tool/tool_stall.h"

void call_begin(struct call *call, llmb_request *request, uint64_t place) {
  *call = (struct call){.state = CALL_WAITS, .request = request, .id = place, .kill_ns = LLMB_NEVER};
}

/* From here on only the daemon knows whether it goes on, unless nobody has set a limit on its silence. */
void call_note_sent(struct call *call, uint64_t id, uint64_t now_ns) {
  int64_t answer_max = 0;
  const char *output_bytes = llmb_request_setting(call->request, "output_bytes");
  if (output_bytes != NULL) integer_parse(output_bytes, &answer_max);
  call->state = CALL_SENT;
  call->id = id;
  call->answer_max = answer_max > 0 ? (uint64_t)answer_max : 0;
  call->progress_ns = tool_stall_is_limited(call->request) ? LLMB_NEVER : now_ns + TOOL_PROGRESS_EVERY_NS;
}

bool call_is_cancelled(const struct call *call) {
  return call->kill_ns != LLMB_NEVER;
}

void call_finish(struct call *call, const llmb_error *error) {
  llmb_request *request = call->request;
  const llmb_usage usage = call->answer.usage;
  answer_clear(&call->answer);
  *call = (struct call){0};
  if (error != NULL) {
    llmb_request_fail_with(request, error);
  } else {
    llmb_request_done(request, &usage);
  }
}

void call_finish_cancelled(struct call *call) {
  llmb_error error;
  llmb_error_init(&error);
  error_set(&error, LLMB_E_CANCELLED, answer_phase(call->request), "the host does not want it any more");
  call_finish(call, &error);
}

void call_write(struct call *call) {
  const llmb_status status = answer_write(&call->answer, call->request);
  if (status == LLMB_E_NOT_READY) return;
  if (status != LLMB_OK) {
    llmb_error error;
    llmb_error_init(&error);
    error_set(&error, status == LLMB_E_OUT_OF_MEMORY ? status : LLMB_E_OUTPUT_INVALID, answer_phase(call->request),
              "the daemon's result does not fit through the channel");
    call_finish(call, &error);
  } else if (call->state == CALL_ANSWERED) {
    call_finish(call, NULL);
  }
}

void call_step_progress(struct call *call, uint64_t now_ns) {
  if (now_ns < call->progress_ns) return;
  llmb_request_progress(call->request);
  call->progress_ns = now_ns + TOOL_PROGRESS_EVERY_NS;
}

uint64_t call_patience_ns(const struct call *call) {
  const char *grace_ms = llmb_request_setting(call->request, "grace_ms");
  return grace_ms != NULL ? strtoull(grace_ms, NULL, 10) * 500000u : 0;
}
