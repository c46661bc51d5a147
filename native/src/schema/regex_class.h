/* Sets of characters: what a class, an escape or a property of a pattern stands for. */
#ifndef LLMB_SCHEMA_REGEX_CLASS_H
#define LLMB_SCHEMA_REGEX_CLASS_H

#include <stdbool.h>

#include <llmbridge/status.h>

enum { REGEX_CHARACTER_MAX = 0x10FFFF };

struct regex_range {
  uint32_t first, last;
};

/* While it is built, ranges may overlap and stand in any order. */
struct regex_class {
  struct regex_range *ranges;
  uint32_t count, capacity;
};

/* LLMB_E_OUT_OF_MEMORY; LLMB_E_UNSUPPORTED beyond REGEX_RANGES_MAX. */
llmb_status regex_class_add(struct regex_class *target, uint32_t first, uint32_t last);

/* What the letter d, D, w, W, s or S stands for after a backslash; '.' for all but the ends of lines. */
llmb_status regex_class_add_escape(struct regex_class *target, char letter);

/* What \p{name} stands for, or \P. LLMB_E_UNSUPPORTED for names other than those of general categories. */
llmb_status regex_class_add_property(struct regex_class *target, const char *name, uint64_t size, bool is_negated);

/* Sorts and joins the ranges, and takes all other characters instead where it is negated. */
llmb_status regex_class_finish(struct regex_class *target, bool is_negated);

bool regex_class_has(const struct regex_range *ranges, uint32_t count, uint32_t character);

void regex_class_close(struct regex_class *target);

#endif
