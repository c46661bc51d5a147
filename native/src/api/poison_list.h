/* The requests of a bridge that have ended engines, by keyed hash: refused for a while. Under the bridge's lock. */
#ifndef LLMB_POISON_LIST_H
#define LLMB_POISON_LIST_H

#include <stdbool.h>
#include <stdint.h>

enum { POISON_LIST_MAX = 256 }; /* the oldest gives way */

struct poison_list {
  uint64_t key[2]; /* of the hashes; random */
  uint32_t count, next;
  struct {
    uint64_t hash, since_ns;
  } entries[POISON_LIST_MAX];
};

void poison_list_init(struct poison_list *list);

void poison_list_add(struct poison_list *list, uint64_t hash, uint64_t now_ns);

/* Whether the request is refused, and since when. */
bool poison_list_find(const struct poison_list *list, uint64_t hash, uint64_t now_ns, uint64_t *out_since_ns);

#endif
