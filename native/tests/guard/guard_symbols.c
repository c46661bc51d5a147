#include "tests/guard/guard_symbols.h"

#include <elf.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

static void add(struct guard_symbols *symbols, uint64_t begin, uint64_t end, const char *name, const char *file) {
  if (symbols->count == GUARD_SYMBOLS_MAX || begin >= end) return;
  struct guard_symbol *symbol = &symbols->symbols[symbols->count++];
  *symbol = (struct guard_symbol){.begin = begin, .end = end};
  snprintf(symbol->name, sizeof symbol->name, "%s", name);
  snprintf(symbol->file, sizeof symbol->file, "%s", file);
}

/* The file is one that the loader has accepted, so its tables are where they say. */
static void add_table(struct guard_symbols *symbols, const unsigned char *image, const Elf64_Shdr *table,
                      const Elf64_Shdr *names, uint64_t base, const char *file) {
  const Elf64_Sym *entries = (const Elf64_Sym *)(const void *)(image + table->sh_offset);
  for (uint64_t i = 0; i < table->sh_size / sizeof *entries; i++) {
    const unsigned type = ELF64_ST_TYPE(entries[i].st_info);
    if ((type != STT_FUNC && type != STT_GNU_IFUNC) || entries[i].st_shndx == SHN_UNDEF) continue;
    const char *name = (const char *)image + names->sh_offset + entries[i].st_name;
    add(symbols, base + entries[i].st_value, base + entries[i].st_value + entries[i].st_size, name, file);
  }
}

static void add_image(struct guard_symbols *symbols, const unsigned char *image, uint64_t base, const char *file) {
  const Elf64_Ehdr *head = (const Elf64_Ehdr *)(const void *)image;
  if (memcmp(head->e_ident, ELFMAG, SELFMAG) != 0 || head->e_ident[EI_CLASS] != ELFCLASS64) return;
  const Elf64_Shdr *sections = (const Elf64_Shdr *)(const void *)(image + head->e_shoff), *best = NULL;
  for (unsigned i = 0; i < head->e_shnum; i++) {
    if (sections[i].sh_type == SHT_SYMTAB || (sections[i].sh_type == SHT_DYNSYM && best == NULL)) best = &sections[i];
  }
  if (best == NULL) return;
  add_table(symbols, image, best, &sections[best->sh_link], head->e_type == ET_EXEC ? 0 : base, file);
}

static void add_file(struct guard_symbols *symbols, const char *path, uint64_t base, const char *file) {
  struct stat info;
  const int descriptor = open(path, O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) return;
  if (fstat(descriptor, &info) == 0 && (size_t)info.st_size >= sizeof(Elf64_Ehdr)) {
    void *image = mmap(NULL, (size_t)info.st_size, PROT_READ, MAP_PRIVATE, descriptor, 0);
    if (image != MAP_FAILED) {
      add_image(symbols, image, base, file);
      munmap(image, (size_t)info.st_size);
    }
  }
  close(descriptor);
}

/* Wider symbols first among those that begin together, so that the last one at or before an address is the innermost.
 */
static int compare(const void *left, const void *right) {
  const struct guard_symbol *a = left, *b = right;
  if (a->begin != b->begin) return a->begin < b->begin ? -1 : 1;
  return (a->end < b->end) - (a->end > b->end);
}

struct guard_symbols guard_symbols_of(pid_t pid) {
  struct guard_symbols symbols = {calloc(GUARD_SYMBOLS_MAX, sizeof(struct guard_symbol)), 0};
  char path[64], line[4400], name[4096];
  unsigned long long begin, end, offset;
  char rights[8];
  snprintf(path, sizeof path, "/proc/%d/maps", pid);
  FILE *maps = fopen(path, "r");
  if (maps == NULL || symbols.symbols == NULL) abort();
  while (fgets(line, sizeof line, maps) != NULL) {
    if (sscanf(line, "%llx-%llx %7s %llx %*s %*s %4095s", &begin, &end, rights, &offset, name) != 5) continue;
    const char *slash = strrchr(name, '/'), *file = slash == NULL ? name : slash + 1;
    if (strchr(rights, 'x') != NULL) add(&symbols, begin, end, "?", file);
    if (offset == 0 && name[0] == '/') add_file(&symbols, name, begin, file);
  }
  fclose(maps);
  qsort(symbols.symbols, symbols.count, sizeof symbols.symbols[0], compare);
  return symbols;
}

void guard_symbols_free(struct guard_symbols *symbols) {
  free(symbols->symbols);
  *symbols = (struct guard_symbols){0};
}

const struct guard_symbol *guard_symbol_at(const struct guard_symbols *symbols, uint64_t address) {
  unsigned low = 0, high = symbols->count;
  while (low < high) {
    const unsigned middle = low + (high - low) / 2;
    if (symbols->symbols[middle].begin <= address) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  while (low > 0) {
    const struct guard_symbol *symbol = &symbols->symbols[--low];
    if (address < symbol->end) return symbol;
  }
  return NULL;
}
