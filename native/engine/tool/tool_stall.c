#include "engine/tool/tool_stall.h"

#include <string.h>

bool tool_stall_is_limited(const llmb_request *request) {
  const char *value = NULL;
  for (uint32_t i = 0;; i++) {
    const char *name = llmb_request_setting_given(request, i, &value);
    if (name == NULL) return false;
    if (strcmp(name, "stall_timeout_ms") == 0) return true;
  }
}
