#include "tests/guard/guard_sites.h"

#include <stdio.h>
#include <stdlib.h>

struct guard_site *guard_sites_at(struct guard_sites *sites, uint64_t address, bool *is_new) {
  uint64_t at = (address * UINT64_C(0x9e3779b97f4a7c15)) >> 40;
  while (sites->table[at % GUARD_SITES_MAX].address != address) {
    struct guard_site *site = &sites->table[at++ % GUARD_SITES_MAX];
    if (site->address != 0) continue;
    if (++sites->used == GUARD_SITES_MAX) {
      fprintf(stderr, "guard: more than %d places in one process's code\n", GUARD_SITES_MAX);
      exit(1);
    }
    site->address = address;
    *is_new = true;
    return site;
  }
  *is_new = false;
  return &sites->table[at % GUARD_SITES_MAX];
}
