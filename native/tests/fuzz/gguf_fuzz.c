/* llmb_inspect on any bytes: it describes them as JSON or says what is wrong with them. */
#include <llmbridge/model.h>

#include <sys/mman.h>
#include <unistd.h>

#include "core/json_check.h"
#include "core/utf8.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  static int handle = -1;
  static char path[32];
  if (handle < 0) {
    handle = memfd_create("gguf_fuzz", MFD_CLOEXEC);
    snprintf(path, sizeof path, "/proc/self/fd/%d", handle);
  }
  FUZZ_CHECK(ftruncate(handle, (off_t)size) == 0 && pwrite(handle, data, size, 0) == (ssize_t)size);

  char *json = NULL;
  uint64_t valid_size = 0;
  llmb_error error;
  llmb_error_init(&error);
  llmb_status status = llmb_inspect(path, &json, &error);
  if (status == LLMB_OK) {
    FUZZ_CHECK(json_check((const uint8_t *)json, strlen(json), NULL, NULL) == LLMB_OK);
  } else {
    FUZZ_CHECK(status == LLMB_E_MODEL_INVALID && error.status == status && json == NULL);
    FUZZ_CHECK(strncmp(error.message, "model: ", 7) == 0);
    FUZZ_CHECK(utf8_check((const uint8_t *)error.message, strlen(error.message), &valid_size) == UTF8_VALID);
  }
  llmb_free(json);
  return 0;
}
