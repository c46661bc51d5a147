/* The JSON Schemas that a bridge's calls ask for, each compiled once. */
#ifndef LLMB_SCHEMA_CACHE_H
#define LLMB_SCHEMA_CACHE_H

#include <pthread.h>

#include "schema/schema_set.h"

enum { SCHEMA_CACHE_MAX = 16 }; /* schemas of a bridge; the one that was made first goes first */

struct schema_entry {
  struct schema_set set;
  char *text;
  uint64_t size;
  bool is_strict;
  _Atomic uint32_t references; /* the cache's, and those of calls */
};

struct schema_cache {
  pthread_mutex_t lock;
  struct schema_entry *entries[SCHEMA_CACHE_MAX];
  uint32_t next;
};

bool schema_cache_open(struct schema_cache *cache);
void schema_cache_close(struct schema_cache *cache);

/* The compiled schema, to be given back with schema_entry_release. Failures are the schema's, in phase configure. */
llmb_status schema_cache_get(struct schema_cache *cache, const char *text, bool is_strict, struct schema_entry **out,
                             llmb_error *error);

void *schema_entry_release(struct schema_entry *entry);

#endif
