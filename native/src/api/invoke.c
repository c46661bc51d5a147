/* Calls of methods: engines that have any, such as JSON-RPC daemons, are asked by name. */
#include <string.h>

#include "api/call_object.h"
#include "api/call_read.h"
#include "api/call_start.h"
#include "core/error.h"
#include "core/json_check.h"

static llmb_status check_params(const uint8_t *json, uint64_t size, llmb_error *error) {
  uint64_t offset = 0;
  const char *what = "it is neither an object nor an array";
  if (size == 0) return LLMB_OK;
  if (json == NULL) return error_set(error, LLMB_E_INVALID_ARGUMENT, LLMB_PHASE_CONFIGURE, "params_json is NULL");
  uint64_t first = 0;
  // NOLINTNEXTLINE(bugprone-not-null-terminated-result): it is searched, not copied
  while (first < size && memchr(" \t\r\n", json[first], 4) != NULL) first++;
  const bool structured = first < size && (json[first] == '{' || json[first] == '[');
  if (structured && json_check(json, size, &offset, &what) == LLMB_OK) return LLMB_OK;
  return error_set(error, LLMB_E_INVALID_ARGUMENT, LLMB_PHASE_CONFIGURE,
                   "params_json: at byte %llu: %s; allowed is a JSON object or array", (unsigned long long)offset,
                   what);
}

llmb_status llmb_invoke_start(llmb_bridge *bridge, const char *method, const uint8_t *params_json, uint64_t params_size,
                              const llmb_settings *settings, llmb_call **out_call, llmb_error *out_error) {
  if (out_call != NULL) *out_call = NULL;
  if (method == NULL) return error_set(out_error, LLMB_E_INVALID_ARGUMENT, LLMB_PHASE_CONFIGURE, "method is NULL");
  const llmb_status status = check_params(params_json, params_size, out_error);
  if (status != LLMB_OK) return status;
  const uint8_t *items[] = {(const uint8_t *)method, params_json};
  const uint64_t sizes[] = {strnlen(method, CHANNEL_INPUT_SIZE_MAX), params_size};
  const struct call_input input = {.kind = LLMB_REQUEST_INVOKE,
                                   .items = items,
                                   .sizes = sizes,
                                   .count = params_size > 0 ? 2 : 1,
                                   .what = "method or params_json"};
  return call_start(bridge, &input, settings, out_call, out_error);
}

llmb_status llmb_invoke(llmb_bridge *bridge, const char *method, const uint8_t *params_json, uint64_t params_size,
                        const llmb_settings *settings, char **out_json, uint64_t *out_size, llmb_result *out_result,
                        llmb_error *out_error) {
  if (out_json == NULL) return error_set(out_error, LLMB_E_INVALID_ARGUMENT, LLMB_PHASE_CONFIGURE, "out_json is NULL");
  *out_json = NULL;
  uint64_t size = 0;
  llmb_call *call = NULL;
  llmb_status status = llmb_invoke_start(bridge, method, params_json, params_size, settings, &call, out_error);
  if (status == LLMB_OK) status = call_read_all(call, out_json, &size, out_error);
  if (status == LLMB_OK) call_copy_result(out_result, &call->result);
  if (out_size != NULL) *out_size = size;
  llmb_call_close(call);
  return status;
}
