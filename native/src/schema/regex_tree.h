/* A pattern as its parts inside each other. */
#ifndef LLMB_SCHEMA_REGEX_TREE_H
#define LLMB_SCHEMA_REGEX_TREE_H

#include "schema/regex_class.h"

enum regex_part_kind {
  REGEX_PART_NOTHING, /* the empty text */
  REGEX_PART_RANGE,   /* a character from a to b */
  REGEX_PART_CLASS,   /* one of the b ranges from a on */
  REGEX_PART_ASSERT,  /* a: an enum regex_op */
  REGEX_PART_ROW,     /* its parts one behind the other */
  REGEX_PART_CHOICE,  /* one of its parts */
  REGEX_PART_REPEAT   /* its one part, from a to b times; b is REGEX_ENDLESS for no end */
};

enum { REGEX_ENDLESS = -1 };

struct regex_part {
  enum regex_part_kind kind;
  uint32_t a, b;
  uint32_t first, last, next; /* its parts, and the part behind it; 0 for none */
};

/* Part 0 stands for none; `root` is the whole pattern. */
struct regex_tree {
  struct regex_part *parts;
  uint32_t count, capacity, root;
  struct regex_class ranges; /* of all classes, each of them sorted */
};

llmb_status regex_tree_read(struct regex_tree *tree, const char *pattern, uint64_t size, const char **out_what,
                            uint64_t *out_at);
void regex_tree_close(struct regex_tree *tree);

#endif
