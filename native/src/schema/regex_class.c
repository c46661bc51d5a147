#include "schema/regex_class.h"

#include <stddef.h>
#include <string.h>

#include "core/memory.h"
#include "schema/regex_category_table.h"
#include "schema/schema_limits.h"

/* A category or a group of some that follow each other, by its names of Unicode's PropertyValueAliases. */
static const struct property {
  const char *names[3];
  uint8_t first, last;
  bool has_unassigned;
} properties[] = {
    {{"L", "Letter"}, REGEX_LU, REGEX_LO, false},
    {{"LC", "Cased_Letter"}, REGEX_LU, REGEX_LT, false},
    {{"Lu", "Uppercase_Letter"}, REGEX_LU, REGEX_LU, false},
    {{"Ll", "Lowercase_Letter"}, REGEX_LL, REGEX_LL, false},
    {{"Lt", "Titlecase_Letter"}, REGEX_LT, REGEX_LT, false},
    {{"Lm", "Modifier_Letter"}, REGEX_LM, REGEX_LM, false},
    {{"Lo", "Other_Letter"}, REGEX_LO, REGEX_LO, false},
    {{"M", "Mark", "Combining_Mark"}, REGEX_MN, REGEX_ME, false},
    {{"Mn", "Nonspacing_Mark"}, REGEX_MN, REGEX_MN, false},
    {{"Mc", "Spacing_Mark"}, REGEX_MC, REGEX_MC, false},
    {{"Me", "Enclosing_Mark"}, REGEX_ME, REGEX_ME, false},
    {{"N", "Number"}, REGEX_ND, REGEX_NO, false},
    {{"Nd", "Decimal_Number", "digit"}, REGEX_ND, REGEX_ND, false},
    {{"Nl", "Letter_Number"}, REGEX_NL, REGEX_NL, false},
    {{"No", "Other_Number"}, REGEX_NO, REGEX_NO, false},
    {{"P", "Punctuation", "punct"}, REGEX_PC, REGEX_PO, false},
    {{"Pc", "Connector_Punctuation"}, REGEX_PC, REGEX_PC, false},
    {{"Pd", "Dash_Punctuation"}, REGEX_PD, REGEX_PD, false},
    {{"Ps", "Open_Punctuation"}, REGEX_PS, REGEX_PS, false},
    {{"Pe", "Close_Punctuation"}, REGEX_PE, REGEX_PE, false},
    {{"Pi", "Initial_Punctuation"}, REGEX_PI, REGEX_PI, false},
    {{"Pf", "Final_Punctuation"}, REGEX_PF, REGEX_PF, false},
    {{"Po", "Other_Punctuation"}, REGEX_PO, REGEX_PO, false},
    {{"S", "Symbol"}, REGEX_SM, REGEX_SO, false},
    {{"Sm", "Math_Symbol"}, REGEX_SM, REGEX_SM, false},
    {{"Sc", "Currency_Symbol"}, REGEX_SC, REGEX_SC, false},
    {{"Sk", "Modifier_Symbol"}, REGEX_SK, REGEX_SK, false},
    {{"So", "Other_Symbol"}, REGEX_SO, REGEX_SO, false},
    {{"Z", "Separator"}, REGEX_ZS, REGEX_ZP, false},
    {{"Zs", "Space_Separator"}, REGEX_ZS, REGEX_ZS, false},
    {{"Zl", "Line_Separator"}, REGEX_ZL, REGEX_ZL, false},
    {{"Zp", "Paragraph_Separator"}, REGEX_ZP, REGEX_ZP, false},
    {{"C", "Other"}, REGEX_CC, REGEX_CO, true},
    {{"Cc", "Control", "cntrl"}, REGEX_CC, REGEX_CC, false},
    {{"Cf", "Format"}, REGEX_CF, REGEX_CF, false},
    {{"Cs", "Surrogate"}, REGEX_CS, REGEX_CS, false},
    {{"Co", "Private_Use"}, REGEX_CO, REGEX_CO, false},
    {{"Cn", "Unassigned"}, 1, 0, true},
    {{"Any"}, REGEX_LU, REGEX_CO, true},
    {{"Assigned"}, REGEX_LU, REGEX_CO, false},
};

llmb_status regex_class_add(struct regex_class *target, uint32_t first, uint32_t last) {
  if (target->count == REGEX_RANGES_MAX) return LLMB_E_UNSUPPORTED;
  if (target->count == target->capacity) {
    const uint32_t grown = target->capacity == 0 ? 16 : target->capacity * 2;
    void *moved = target->ranges;
    llmb_status status = memory_resize(&moved, grown * sizeof *target->ranges);
    if (status != LLMB_OK) return status;
    target->ranges = moved;
    target->capacity = grown;
  }
  target->ranges[target->count++] = (struct regex_range){first, last};
  return LLMB_OK;
}

void regex_class_close(struct regex_class *target) {
  target->ranges = memory_release(target->ranges);
  target->count = target->capacity = 0;
}

/* Moves the ranges of `from` to `target`. */
static llmb_status move_into(struct regex_class *target, struct regex_class *from, bool is_negated) {
  llmb_status status = regex_class_finish(from, is_negated);
  for (uint32_t i = 0; status == LLMB_OK && i < from->count; i++) {
    status = regex_class_add(target, from->ranges[i].first, from->ranges[i].last);
  }
  regex_class_close(from);
  return status;
}

llmb_status regex_class_add_escape(struct regex_class *target, char letter) {
  static const struct regex_range digits[] = {{'0', '9'}}, words[] = {{'0', '9'}, {'A', 'Z'}, {'_', '_'}, {'a', 'z'}};
  static const struct regex_range spaces[] = {{9, 13},          {' ', ' '},       {0xA0, 0xA0},     {0x1680, 0x1680},
                                              {0x2000, 0x200A}, {0x2028, 0x2029}, {0x202F, 0x202F}, {0x205F, 0x205F},
                                              {0x3000, 0x3000}, {0xFEFF, 0xFEFF}};
  static const struct regex_range line_ends[] = {{'\n', '\n'}, {'\r', '\r'}, {0x2028, 0x2029}};
  static const struct {
    char letter;
    const struct regex_range *ranges;
    uint32_t count;
    bool is_negated;
  } escapes[] = {{'d', digits, 1, false},  {'D', digits, 1, true},  {'w', words, 4, false},   {'W', words, 4, true},
                 {'s', spaces, 10, false}, {'S', spaces, 10, true}, {'.', line_ends, 3, true}};
  struct regex_class meant = {0};
  llmb_status status = LLMB_OK;
  for (unsigned i = 0; i < sizeof escapes / sizeof escapes[0]; i++) {
    if (escapes[i].letter != letter) continue;
    for (uint32_t k = 0; status == LLMB_OK && k < escapes[i].count; k++) {
      status = regex_class_add(&meant, escapes[i].ranges[k].first, escapes[i].ranges[k].last);
    }
    if (status == LLMB_OK) return move_into(target, &meant, escapes[i].is_negated);
  }
  regex_class_close(&meant);
  return status;
}

static llmb_status add_category(struct regex_class *target, unsigned category) {
  const struct regex_category_place place = regex_category_places[category];
  const uint8_t *at = regex_category_bytes + place.begin, *end = at + place.size;
  uint32_t character = 0;
  for (bool inside = false; at < end; inside = !inside) {
    uint32_t run = 0;
    unsigned shift = 0;
    do {
      run |= (uint32_t)(*at & 0x7F) << shift;
      shift += 7;
    } while ((*at++ & 0x80) != 0);
    if (inside) {
      llmb_status status = regex_class_add(target, character, character + run - 1);
      if (status != LLMB_OK) return status;
    }
    character += run;
  }
  return LLMB_OK;
}

static llmb_status add_unassigned(struct regex_class *target) {
  struct regex_class assigned = {0};
  llmb_status status = LLMB_OK;
  for (unsigned i = 0; status == LLMB_OK && i < REGEX_CATEGORY_COUNT; i++) status = add_category(&assigned, i);
  if (status == LLMB_OK) return move_into(target, &assigned, true);
  regex_class_close(&assigned);
  return status;
}

static bool is_named(const struct property *property, const char *name, uint64_t size) {
  for (unsigned i = 0; i < 3 && property->names[i] != NULL; i++) {
    if (strlen(property->names[i]) == size && memcmp(property->names[i], name, size) == 0) return true;
  }
  return false;
}

llmb_status regex_class_add_property(struct regex_class *target, const char *name, uint64_t size, bool is_negated) {
  static const char *const prefixes[] = {"General_Category=", "gc="};
  struct regex_class meant = {0};
  for (unsigned i = 0; i < 2; i++) {
    const uint64_t length = strlen(prefixes[i]);
    if (size <= length || memcmp(name, prefixes[i], length) != 0) continue;
    name += length;
    size -= length;
  }
  if (size == 5 && memcmp(name, "ASCII", 5) == 0) {
    llmb_status status = regex_class_add(&meant, 0, 0x7F);
    return status == LLMB_OK ? move_into(target, &meant, is_negated) : status;
  }
  for (unsigned i = 0; i < sizeof properties / sizeof properties[0]; i++) {
    if (!is_named(&properties[i], name, size)) continue;
    llmb_status status = LLMB_OK;
    for (unsigned k = properties[i].first; status == LLMB_OK && k <= properties[i].last; k++) {
      status = add_category(&meant, k);
    }
    if (status == LLMB_OK && properties[i].has_unassigned) status = add_unassigned(&meant);
    if (status == LLMB_OK) return move_into(target, &meant, is_negated);
    regex_class_close(&meant);
    return status;
  }
  return LLMB_E_UNSUPPORTED;
}

/* Shell sort: in place, and without qsort's allocation or recursion. */
static void sort_ranges(struct regex_range *ranges, uint32_t count) {
  for (uint32_t gap = count / 2; gap > 0; gap = gap == 2 ? 1 : gap * 5 / 11) {
    for (uint32_t i = gap; i < count; i++) {
      const struct regex_range moved = ranges[i];
      uint32_t at = i;
      for (; at >= gap && ranges[at - gap].first > moved.first; at -= gap) ranges[at] = ranges[at - gap];
      ranges[at] = moved;
    }
  }
}

llmb_status regex_class_finish(struct regex_class *target, bool is_negated) {
  struct regex_range *ranges = target->ranges;
  sort_ranges(ranges, target->count);
  uint32_t kept = 0;
  for (uint32_t i = 0; i < target->count; i++) {
    if (kept > 0 && ranges[i].first <= ranges[kept - 1].last + 1) {
      if (ranges[i].last > ranges[kept - 1].last) ranges[kept - 1].last = ranges[i].last;
    } else {
      ranges[kept++] = ranges[i];
    }
  }
  target->count = kept;
  if (!is_negated) return LLMB_OK;
  uint32_t next = 0, count = 0;
  for (uint32_t i = 0; i < kept; i++) {
    const struct regex_range range = ranges[i];
    if (range.first > next) ranges[count++] = (struct regex_range){next, range.first - 1};
    next = range.last + 1;
  }
  target->count = count;
  return next <= REGEX_CHARACTER_MAX ? regex_class_add(target, next, REGEX_CHARACTER_MAX) : LLMB_OK;
}

bool regex_class_has(const struct regex_range *ranges, uint32_t count, uint32_t character) {
  uint32_t low = 0, high = count;
  while (low < high) {
    const uint32_t middle = (low + high) / 2;
    if (ranges[middle].last < character) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low < count && ranges[low].first <= character;
}
