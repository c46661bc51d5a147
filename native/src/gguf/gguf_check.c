#include "gguf/gguf_check.h"

#include "gguf/gguf_file.h"

llmb_status gguf_check(const char *path, llmb_error *error) {
  struct gguf_file file;
  llmb_status status = gguf_file_read(path, &file, error);
  gguf_file_clear(&file);
  return status;
}
