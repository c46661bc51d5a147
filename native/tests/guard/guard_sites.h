/* Where a process executed its instructions: a table of addresses with how often each was stepped over. */
#ifndef LLMB_TESTS_GUARD_SITES_H
#define LLMB_TESTS_GUARD_SITES_H

#include <stdbool.h>
#include <stdint.h>

enum { GUARD_SITES_MAX = 1 << 16 }; /* a power of two; a warm call has some thousands */

enum guard_site_kind { GUARD_SITE_PLAIN, GUARD_SITE_SYSTEM_CALL, GUARD_SITE_ALLOCATION, GUARD_SITE_REALLOCATION };

struct guard_site {
  uint64_t address; /* 0: free */
  uint64_t count;
  enum guard_site_kind kind;
};

struct guard_sites {
  struct guard_site table[GUARD_SITES_MAX];
  unsigned used;
};

/* The site of an address; *is_new says that nothing is known of it yet. The program ends when the table is full. */
struct guard_site *guard_sites_at(struct guard_sites *sites, uint64_t address, bool *is_new);

#endif
