/* The functions of a running process, from the symbol tables of the files that it has mapped. */
#ifndef LLMB_TESTS_GUARD_SYMBOLS_H
#define LLMB_TESTS_GUARD_SYMBOLS_H

#include <stdint.h>
#include <sys/types.h>

enum { GUARD_SYMBOL_NAME_SIZE = 64, GUARD_SYMBOL_FILE_SIZE = 32, GUARD_SYMBOLS_MAX = 1 << 16 };

struct guard_symbol {
  uint64_t begin, end;
  char name[GUARD_SYMBOL_NAME_SIZE];
  char file[GUARD_SYMBOL_FILE_SIZE];
};

/* Sorted by address; a mapping without symbols of its own is one symbol, named "?". */
struct guard_symbols {
  struct guard_symbol *symbols;
  unsigned count;
};

struct guard_symbols guard_symbols_of(pid_t pid);
void guard_symbols_free(struct guard_symbols *symbols);

/* The innermost symbol around an address; NULL where there is none. */
const struct guard_symbol *guard_symbol_at(const struct guard_symbols *symbols, uint64_t address);

#endif
