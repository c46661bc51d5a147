#include "keeper/share_model.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "platform/os_path.h"

typedef void add_line(void *context, const char *line, uint64_t size);

static void add_file(const char *path, add_line *add, void *context) {
  char line[SHARE_MODEL_LINE_SIZE];
  struct os_path_identity file;
  if (!os_path_identity(path, &file)) return;
  const int size = snprintf(line, sizeof line, "file %" PRIu64 " %" PRIu64 " %" PRIu64 " %" PRIu64 "\n", file.device,
                            file.inode, file.size, file.modified_ns);
  if (size > 0 && (size_t)size < sizeof line) add(context, line, (uint64_t)size);
}

void share_model_lines(const char *path, add_line *add, void *context) {
  char part[SHARE_MODEL_PATH_SIZE];
  unsigned number = 0, count = 0;
  const char *at = strstr(path, "-of-");
  for (const char *next = at; next != NULL; next = strstr(next + 1, "-of-")) at = next;
  const bool is_part = at != NULL && at - path >= 6 && sscanf(at - 6, "-%5u-of-%5u.gguf", &number, &count) == 2 &&
                       number >= 1 && number <= count && count <= SHARE_MODEL_FILES_MAX;
  if (!is_part) add_file(path, add, context);
  for (unsigned i = 1; is_part && i <= count; i++) {
    const int size = snprintf(part, sizeof part, "%.*s-%05u-of-%05u.gguf", (int)(at - 6 - path), path, i, count);
    if (size > 0 && size < (int)sizeof part) add_file(part, add, context);
  }
}
