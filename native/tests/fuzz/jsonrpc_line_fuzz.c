/* A line of a daemon's: what is accepted has the shape that its kind says. */
#include "core/json_check.h"
#include "tests/fuzz/fuzz.h"

#include "engine/jsonrpc/jsonrpc_message.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  const char *line = (const char *)data;
  const char *problem = message_check_line(line, size);
  if (problem != NULL) {
    FUZZ_CHECK(problem[0] != 0);
    return 0;
  }
  FUZZ_CHECK(json_check(data, size, NULL, NULL) == LLMB_OK);
  struct message message;
  unsigned count = 0;
  for (uint64_t at = 0; message_next(line, size, &at, &message); count++) {
    switch (message.kind) {
      case MESSAGE_RESULT:
        FUZZ_CHECK(message.result.kind != JSON_ABSENT && message.result.size <= size);
        break;
      case MESSAGE_ERROR:
        FUZZ_CHECK(message.text.kind == JSON_STRING);
        break;
      case MESSAGE_NOTIFICATION:
        FUZZ_CHECK(message.method.kind == JSON_STRING && message.id == 0);
        break;
    }
  }
  FUZZ_CHECK(count > 0);
  return 0;
}
