#include "core/memory.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "core/memory_faults.h"

/* Nothing here is ever near this size: a wild one is refused before the allocator sees it. */
static const uint64_t BLOCK_SIZE_MAX = (uint64_t)1 << 36;

/* The counters belong to a thread, but a thread's variables are dear in a library that was dlopened: they are only
 * looked at once some test has armed the faults. */
static atomic_bool faults_armed;
static _Thread_local uint64_t fault_in; /* 0: none is due */
static _Thread_local bool fault_persists, fault_happened;
static _Thread_local int64_t blocks_live;

static bool watched(void) {
  return __builtin_expect(atomic_load_explicit(&faults_armed, memory_order_relaxed), 0);
}

/* Says whether this allocation is to fail. */
static bool fault_is_due(void) {
  if (!watched() || fault_in == 0) return false;
  if (fault_in > 1) {
    fault_in--;
    return false;
  }
  if (!fault_persists) fault_in = 0;
  fault_happened = true;
  return true;
}

llmb_status memory_allocate(uint64_t size, void **out) {
  *out = NULL;
  if (size > BLOCK_SIZE_MAX) return LLMB_E_OUT_OF_MEMORY;
  if (fault_is_due()) return LLMB_E_OUT_OF_MEMORY;
  *out = calloc(1, size == 0 ? 1 : (size_t)size);
  if (*out == NULL) return LLMB_E_OUT_OF_MEMORY;
  if (watched()) blocks_live++;
  return LLMB_OK;
}

llmb_status memory_resize(void **block, uint64_t size) {
  if (size > BLOCK_SIZE_MAX) return LLMB_E_OUT_OF_MEMORY;
  if (fault_is_due()) return LLMB_E_OUT_OF_MEMORY;
  bool is_new = *block == NULL;
  void *moved = realloc(*block, size == 0 ? 1 : (size_t)size);
  if (moved == NULL) return LLMB_E_OUT_OF_MEMORY;
  *block = moved;
  if (watched() && is_new) blocks_live++;
  return LLMB_OK;
}

llmb_status memory_copy_text(const char *text, uint64_t size, char **out) {
  *out = NULL;
  if (size >= BLOCK_SIZE_MAX) return LLMB_E_OUT_OF_MEMORY;
  if (fault_is_due()) return LLMB_E_OUT_OF_MEMORY;
  char *copy = malloc((size_t)size + 1);
  if (copy == NULL) return LLMB_E_OUT_OF_MEMORY;
  if (watched()) blocks_live++;
  if (size > 0) memcpy(copy, text, (size_t)size);
  copy[size] = '\0';
  *out = copy;
  return LLMB_OK;
}

void *memory_release(void *block) {
  if (block != NULL && watched()) blocks_live--;
  free(block);
  return NULL;
}

void memory_fail_after(uint64_t nth, bool persistent) {
  fault_in = nth;
  fault_persists = persistent;
  fault_happened = false;
  atomic_store(&faults_armed, true);
}

bool memory_fault_happened(void) {
  return fault_happened;
}

int64_t memory_blocks_live(void) {
  return blocks_live;
}
