#include "pool/sandbox_layers.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include <llmbridge/bridge.h>

#include "core/memory.h"

static const struct {
  uint32_t bit;
  const char *name;
} layer_names[] = {{LLMB_SANDBOX_PRIVILEGES, "privileges"},
                   {LLMB_SANDBOX_LIMITS, "limits"},
                   {LLMB_SANDBOX_FILES, "files"},
                   {LLMB_SANDBOX_CALLS, "calls"}};
enum { LAYER_COUNT = sizeof layer_names / sizeof layer_names[0] };

/* The names, each within `quote`s, with `between` between them. */
static size_t write_names(uint32_t layers, const char *quote, const char *between, char *out, size_t capacity) {
  size_t size = 0;
  out[0] = 0;
  for (int i = 0; i < LAYER_COUNT; i++) {
    if ((layers & layer_names[i].bit) == 0) continue;
    const int written =
        snprintf(out + size, capacity - size, "%s%s%s%s", size > 0 ? between : "", quote, layer_names[i].name, quote);
    if (written < 0 || (size_t)written >= capacity - size) break;
    size += (size_t)written;
  }
  return size;
}

void sandbox_layers_text(uint32_t layers, char out[SANDBOX_LAYERS_TEXT_SIZE]) {
  if (write_names(layers, "", ", ", out, SANDBOX_LAYERS_TEXT_SIZE) == 0)
    snprintf(out, SANDBOX_LAYERS_TEXT_SIZE, "none");
}

llmb_status sandbox_layers_info(const char *info, uint32_t layers, char **out) {
  static const char empty[] = " \t\r\n{";
  enum { MEMBER_SIZE_MAX = 96 };
  char names[MEMBER_SIZE_MAX / 2 + 16];
  const char *end = strrchr(info, '}');
  if (end == NULL) return memory_copy_text(info, strlen(info), out);
  const size_t before = (size_t)(end - info);
  const bool is_empty = strspn(info, empty) >= before;
  void *memory = NULL;
  const llmb_status status = memory_allocate(before + MEMBER_SIZE_MAX, &memory);
  if (status != LLMB_OK) return status;
  write_names(layers, "\"", ",", names, sizeof names);
  char *text = memory;
  memcpy(text, info, before);
  /* Behind what the engine says itself: of two members of one name the later counts. */
  snprintf(text + before, MEMBER_SIZE_MAX, "%s\"sandbox\":[%s]}", is_empty ? "" : ",", names);
  *out = text;
  return LLMB_OK;
}
