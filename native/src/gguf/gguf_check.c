#include "gguf/gguf_check.h"

#include "gguf/gguf_file.h"
#include "gguf/gguf_parts.h"

llmb_status gguf_check(const char *path, llmb_error *error) {
  struct gguf_file file;
  llmb_status status = gguf_model_read(path, &file, error);
  gguf_file_clear(&file);
  return status;
}
