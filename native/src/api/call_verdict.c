#include "api/call_verdict.h"

#include <stdarg.h>
#include <stdio.h>

#include "core/error.h"

void verdict_fail(struct call_verdict *verdict, llmb_status status, uint32_t phase, bool engine_ended,
                  const char *format, ...) {
  va_list arguments;
  verdict->finding = CALL_FAILED;
  verdict->engine_ended = engine_ended;
  verdict->hung = false;
  llmb_error_init(&verdict->failure);
  verdict->failure.status = status;
  verdict->failure.phase = phase;
  va_start(arguments, format);
  vsnprintf(verdict->failure.message, sizeof verdict->failure.message, format, arguments);
  va_end(arguments);
}

void verdict_break(struct call_verdict *verdict, uint32_t phase, const char *what) {
  verdict_fail(verdict, LLMB_E_PROTOCOL_ERROR, phase, false, "the engine broke the protocol: %s", what);
  verdict->finding = CALL_BROKEN;
}
