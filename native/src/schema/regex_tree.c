#include "schema/regex_tree.h"

#include <string.h>

#include "core/memory.h"
#include "schema/regex_program.h"
#include "schema/regex_reader.h"
#include "schema/schema_limits.h"

static llmb_status unsupported_if(struct regex_reader *reader, llmb_status status, const char *what) {
  return status == LLMB_E_UNSUPPORTED ? regex_fail(reader, status, what) : status;
}

static llmb_status add_part(struct regex_tree *tree, struct regex_part part, uint32_t *out) {
  if (tree->count == tree->capacity) {
    const uint32_t grown = tree->capacity == 0 ? 32 : tree->capacity * 2;
    void *moved = tree->parts;
    llmb_status status = memory_resize(&moved, grown * sizeof *tree->parts);
    if (status != LLMB_OK) return status;
    tree->parts = moved;
    tree->capacity = grown;
  }
  *out = tree->count++;
  tree->parts[*out] = part;
  return LLMB_OK;
}

static void add_to(struct regex_tree *tree, uint32_t parent, uint32_t part) {
  struct regex_part *parts = tree->parts;
  if (parts[parent].first == 0) {
    parts[parent].first = part;
  } else {
    parts[parts[parent].last].next = part;
  }
  parts[parent].last = part;
}

/* A class that is an escape: \d, \p{L} ... False if there is none at hand. */
static bool read_class_escape(struct regex_reader *reader, struct regex_class *target, llmb_status *status) {
  const char c = regex_peek(reader, 1);
  if (regex_peek(reader, 0) != '\\' || c == 0) return false;
  if (strchr("dDwWsS", c) != NULL) {
    reader->at += 2;
    *status = regex_class_add_escape(target, c);
    return true;
  }
  if ((c | 0x20) != 'p') return false;
  reader->at += 2;
  const char *name = reader->pattern + reader->at + 1, *end = NULL;
  if (regex_peek(reader, 0) == '{') end = memchr(name, '}', reader->size - reader->at - 1);
  if (end == NULL) {
    *status = regex_fail(reader, LLMB_E_INVALID_ARGUMENT, "\\p needs a property's name in braces");
    return true;
  }
  *status = regex_class_add_property(target, name, (uint64_t)(end - name), c == 'P');
  *status = unsupported_if(reader, *status, "of the properties only general categories are known");
  if (*status == LLMB_OK) reader->at += (uint64_t)(end - name) + 2;
  return true;
}

static llmb_status read_class_member(struct regex_reader *reader, uint32_t *out) {
  if (regex_peek(reader, 0) != '\\') {
    *out = regex_take_character(reader);
    return LLMB_OK;
  }
  reader->at++;
  if (regex_take(reader, "b")) {
    *out = '\b';
    return LLMB_OK;
  }
  return regex_read_escape(reader, out);
}

static llmb_status read_class_members(struct regex_reader *reader, struct regex_class *target) {
  while (!regex_is_at_end(reader) && regex_peek(reader, 0) != ']') {
    llmb_status status = LLMB_OK;
    uint32_t first = 0, last = 0;
    if (read_class_escape(reader, target, &status)) {
      if (status != LLMB_OK) return status;
      continue;
    }
    status = read_class_member(reader, &first);
    last = first;
    const bool is_range = regex_peek(reader, 0) == '-' && regex_peek(reader, 1) != ']' && regex_peek(reader, 1) != 0;
    const bool is_odd = regex_peek(reader, 1) == '\\' && regex_peek(reader, 2) != 0 &&
                        strchr("dDwWsSpP", regex_peek(reader, 2)) != NULL;
    if (status == LLMB_OK && is_range && !is_odd) {
      reader->at++;
      status = read_class_member(reader, &last);
    }
    if (status != LLMB_OK) return status;
    if (last < first) return regex_fail(reader, LLMB_E_INVALID_ARGUMENT, "a range ends before it begins");
    status = unsupported_if(reader, regex_class_add(target, first, last), "the classes are too large");
    if (status != LLMB_OK) return status;
  }
  return regex_take(reader, "]") ? LLMB_OK : regex_fail(reader, LLMB_E_INVALID_ARGUMENT, "a class has no end");
}

/* Adds a finished class to the tree's. */
static llmb_status add_class(struct regex_tree *tree, struct regex_reader *reader, struct regex_class *class,
                             uint32_t *out) {
  const uint32_t first = tree->ranges.count;
  llmb_status status = LLMB_OK;
  for (uint32_t i = 0; status == LLMB_OK && i < class->count; i++) {
    status = regex_class_add(&tree->ranges, class->ranges[i].first, class->ranges[i].last);
  }
  status = unsupported_if(reader, status, "the classes are too large");
  return status != LLMB_OK ? status
                           : add_part(tree, (struct regex_part){REGEX_PART_CLASS, first, class->count, 0, 0, 0}, out);
}

static llmb_status read_class(struct regex_tree *tree, struct regex_reader *reader, uint32_t *out) {
  struct regex_class class = {0};
  bool is_negated = false;
  llmb_status status = LLMB_OK;
  if (regex_take(reader, "[")) {
    is_negated = regex_take(reader, "^");
    status = read_class_members(reader, &class);
  } else if (regex_take(reader, ".")) {
    status = regex_class_add_escape(&class, '.');
  } else {
    (void)read_class_escape(reader, &class, &status);
  }
  if (status == LLMB_OK)
    status = unsupported_if(reader, regex_class_finish(&class, is_negated), "a class is too large");
  if (status == LLMB_OK) status = add_class(tree, reader, &class, out);
  regex_class_close(&class);
  return status;
}

static llmb_status read_choice(struct regex_tree *tree, struct regex_reader *reader, uint32_t *out);

static llmb_status read_group(struct regex_tree *tree, struct regex_reader *reader, uint32_t *out) {
  static const char *const looks[] = {"?=", "?!", "?<=", "?<!"};
  for (unsigned i = 0; i < 4; i++) {
    if (regex_take(reader, looks[i])) return regex_fail(reader, LLMB_E_UNSUPPORTED, "look-arounds are not regular");
  }
  if (regex_take(reader, "?<")) {
    while (!regex_is_at_end(reader) && regex_peek(reader, 0) != '>') reader->at++;
    if (!regex_take(reader, ">")) return regex_fail(reader, LLMB_E_INVALID_ARGUMENT, "a group's name has no end");
  } else if (!regex_take(reader, "?:") && regex_peek(reader, 0) == '?') {
    return regex_fail(reader, LLMB_E_INVALID_ARGUMENT, "there is no such kind of group");
  }
  if (reader->depth == REGEX_DEPTH_MAX)
    return regex_fail(reader, LLMB_E_UNSUPPORTED, "more than 32 groups inside each other");
  reader->depth++;
  llmb_status status = read_choice(tree, reader, out);
  reader->depth--;
  if (status != LLMB_OK) return status;
  return regex_take(reader, ")") ? LLMB_OK : regex_fail(reader, LLMB_E_INVALID_ARGUMENT, "a group has no end");
}

static llmb_status add_assertion(struct regex_tree *tree, enum regex_op op, uint32_t *out) {
  return add_part(tree, (struct regex_part){REGEX_PART_ASSERT, op, 0, 0, 0, 0}, out);
}

static llmb_status add_character(struct regex_tree *tree, uint32_t character, uint32_t *out) {
  return add_part(tree, (struct regex_part){REGEX_PART_RANGE, character, character, 0, 0, 0}, out);
}

static llmb_status read_atom(struct regex_tree *tree, struct regex_reader *reader, uint32_t *out) {
  const char c = regex_peek(reader, 0), after = regex_peek(reader, 1);
  if (regex_take(reader, "(")) return read_group(tree, reader, out);
  if (regex_take(reader, "^")) return add_assertion(tree, REGEX_OP_START, out);
  if (regex_take(reader, "$")) return add_assertion(tree, REGEX_OP_END, out);
  if (regex_take(reader, "\\b")) return add_assertion(tree, REGEX_OP_WORD, out);
  if (regex_take(reader, "\\B")) return add_assertion(tree, REGEX_OP_NOT_WORD, out);
  if (c == '[' || c == '.' || (c == '\\' && after != 0 && strchr("dDwWsSpP", after) != NULL))
    return read_class(tree, reader, out);
  if (c != 0 && strchr("*+?", c) != NULL)
    return regex_fail(reader, LLMB_E_INVALID_ARGUMENT, "there is nothing to repeat");
  if (c == '\\' && ((after >= '1' && after <= '9') || after == 'k')) {
    return regex_fail(reader, LLMB_E_UNSUPPORTED, "back-references are not regular");
  }
  uint32_t character = 0;
  if (c != '\\') {
    character = regex_take_character(reader);
    return add_character(tree, character, out);
  }
  reader->at++;
  llmb_status status = regex_read_escape(reader, &character);
  return status == LLMB_OK ? add_character(tree, character, out) : status;
}

static bool take_number(struct regex_reader *reader, uint32_t *out) {
  const uint64_t begin = reader->at;
  uint32_t value = 0;
  for (char c = regex_peek(reader, 0); c >= '0' && c <= '9'; c = regex_peek(reader, 0)) {
    if (value <= REGEX_REPEATS_MAX) value = value * 10 + (uint32_t)(c - '0');
    reader->at++;
  }
  *out = value;
  return reader->at > begin;
}

/* {2}, {2,} or {2,3}; a brace that begins none of these is a character. */
static bool take_bounds(struct regex_reader *reader, uint32_t *least, uint32_t *most) {
  const uint64_t before = reader->at;
  if (regex_take(reader, "{") && take_number(reader, least)) {
    *most = *least;
    if (regex_take(reader, ",") && !take_number(reader, most)) *most = (uint32_t)REGEX_ENDLESS;
    if (regex_take(reader, "}")) return true;
  }
  reader->at = before;
  return false;
}

static llmb_status read_repeats(struct regex_tree *tree, struct regex_reader *reader, uint32_t *part) {
  uint32_t least = 0, most = (uint32_t)REGEX_ENDLESS;
  if (regex_take(reader, "+")) {
    least = 1;
  } else if (regex_take(reader, "?")) {
    most = 1;
  } else if (!regex_take(reader, "*") && !take_bounds(reader, &least, &most)) {
    return LLMB_OK;
  }
  if (tree->parts[*part].kind == REGEX_PART_ASSERT) {
    return regex_fail(reader, LLMB_E_INVALID_ARGUMENT, "there is nothing to repeat");
  }
  if (most < least) return regex_fail(reader, LLMB_E_INVALID_ARGUMENT, "a repetition's bounds are the wrong way round");
  if (least > REGEX_REPEATS_MAX || (most != (uint32_t)REGEX_ENDLESS && most > REGEX_REPEATS_MAX)) {
    return regex_fail(reader, LLMB_E_UNSUPPORTED, "more than 5000 repetitions");
  }
  regex_take(reader, "?"); /* the shortest match is a match */
  const uint32_t repeated = *part;
  llmb_status status = add_part(tree, (struct regex_part){REGEX_PART_REPEAT, least, most, 0, 0, 0}, part);
  if (status == LLMB_OK) add_to(tree, *part, repeated);
  return status;
}

static llmb_status read_row(struct regex_tree *tree, struct regex_reader *reader, uint32_t *out) {
  llmb_status status = add_part(tree, (struct regex_part){.kind = REGEX_PART_ROW}, out);
  while (status == LLMB_OK && !regex_is_at_end(reader) && regex_peek(reader, 0) != '|' &&
         regex_peek(reader, 0) != ')') {
    uint32_t part = 0;
    status = read_atom(tree, reader, &part);
    if (status == LLMB_OK) status = read_repeats(tree, reader, &part);
    if (status == LLMB_OK) add_to(tree, *out, part);
  }
  return status;
}

static llmb_status read_choice(struct regex_tree *tree, struct regex_reader *reader, uint32_t *out) {
  llmb_status status = add_part(tree, (struct regex_part){.kind = REGEX_PART_CHOICE}, out);
  do {
    uint32_t row = 0;
    if (status == LLMB_OK) status = read_row(tree, reader, &row);
    if (status == LLMB_OK) add_to(tree, *out, row);
  } while (status == LLMB_OK && regex_take(reader, "|"));
  return status;
}

llmb_status regex_tree_read(struct regex_tree *tree, const char *pattern, uint64_t size, const char **out_what,
                            uint64_t *out_at) {
  struct regex_reader reader = {.pattern = pattern, .size = size};
  uint32_t none = 0;
  *tree = (struct regex_tree){0};
  llmb_status status =
      size > REGEX_SIZE_MAX ? regex_fail(&reader, LLMB_E_UNSUPPORTED, "more than 16384 bytes") : LLMB_OK;
  if (status == LLMB_OK) status = add_part(tree, (struct regex_part){.kind = REGEX_PART_NOTHING}, &none);
  if (status == LLMB_OK) status = read_choice(tree, &reader, &tree->root);
  if (status == LLMB_OK && reader.at < size) {
    status = regex_fail(&reader, LLMB_E_INVALID_ARGUMENT, "a parenthesis closes no group");
  }
  *out_what = reader.what;
  *out_at = reader.at;
  return status;
}

void regex_tree_close(struct regex_tree *tree) {
  tree->parts = memory_release(tree->parts);
  regex_class_close(&tree->ranges);
}
