#include "api/schema_cache.h"

#include <stdatomic.h>
#include <string.h>

#include "core/error.h"
#include "core/memory.h"
#include "schema/schema_compile.h"

bool schema_cache_open(struct schema_cache *cache) {
  return pthread_mutex_init(&cache->lock, NULL) == 0;
}

void schema_cache_close(struct schema_cache *cache) {
  for (uint32_t i = 0; i < SCHEMA_CACHE_MAX; i++) cache->entries[i] = schema_entry_release(cache->entries[i]);
  pthread_mutex_destroy(&cache->lock);
}

void *schema_entry_release(struct schema_entry *entry) {
  if (entry == NULL || atomic_fetch_sub(&entry->references, 1) > 1) return NULL;
  schema_set_close(&entry->set);
  memory_release(entry->text);
  return memory_release(entry);
}

static struct schema_entry *find(struct schema_cache *cache, const char *text, uint64_t size, bool is_strict) {
  struct schema_entry *found = NULL;
  pthread_mutex_lock(&cache->lock);
  for (uint32_t i = 0; i < SCHEMA_CACHE_MAX && found == NULL; i++) {
    struct schema_entry *entry = cache->entries[i];
    if (entry == NULL || entry->size != size || entry->is_strict != is_strict) continue;
    if (memcmp(entry->text, text, size) == 0) found = entry;
  }
  if (found != NULL) atomic_fetch_add(&found->references, 1);
  pthread_mutex_unlock(&cache->lock);
  return found;
}

static void keep(struct schema_cache *cache, struct schema_entry *entry) {
  atomic_fetch_add(&entry->references, 1);
  pthread_mutex_lock(&cache->lock);
  struct schema_entry *oldest = cache->entries[cache->next];
  cache->entries[cache->next] = entry;
  cache->next = (cache->next + 1) % SCHEMA_CACHE_MAX;
  pthread_mutex_unlock(&cache->lock);
  schema_entry_release(oldest);
}

llmb_status schema_cache_get(struct schema_cache *cache, const char *text, bool is_strict, struct schema_entry **out,
                             llmb_error *error) {
  const struct schema_options options = {.draft = SCHEMA_DRAFT_2020, .is_strict = is_strict};
  const uint64_t size = strlen(text);
  void *block = NULL;
  *out = find(cache, text, size, is_strict);
  if (*out != NULL) return LLMB_OK;
  if (memory_allocate(sizeof(struct schema_entry), &block) != LLMB_OK) goto no_memory;
  struct schema_entry *entry = block;
  if (memory_copy_text(text, size, &entry->text) != LLMB_OK) goto no_memory;
  llmb_status status = schema_compile(&entry->set, text, size, options, error); /* not under the lock: it may be long */
  if (status != LLMB_OK) {
    memory_release(entry->text);
    memory_release(entry);
    return status;
  }
  entry->size = size;
  entry->is_strict = is_strict;
  atomic_store(&entry->references, 1);
  keep(cache, entry);
  *out = entry;
  return LLMB_OK;
no_memory:
  memory_release(block);
  return error_set(error, LLMB_E_OUT_OF_MEMORY, LLMB_PHASE_CONFIGURE, "no memory for the schema");
}
