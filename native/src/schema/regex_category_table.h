/* Unicode's general categories, as runs of characters. */
#ifndef LLMB_SCHEMA_REGEX_CATEGORY_TABLE_H
#define LLMB_SCHEMA_REGEX_CATEGORY_TABLE_H

#include <stdint.h>

enum regex_category {
  REGEX_LU,
  REGEX_LL,
  REGEX_LT,
  REGEX_LM,
  REGEX_LO,
  REGEX_MN,
  REGEX_MC,
  REGEX_ME,
  REGEX_ND,
  REGEX_NL,
  REGEX_NO,
  REGEX_PC,
  REGEX_PD,
  REGEX_PS,
  REGEX_PE,
  REGEX_PI,
  REGEX_PF,
  REGEX_PO,
  REGEX_SM,
  REGEX_SC,
  REGEX_SK,
  REGEX_SO,
  REGEX_ZS,
  REGEX_ZL,
  REGEX_ZP,
  REGEX_CC,
  REGEX_CF,
  REGEX_CS,
  REGEX_CO,
  REGEX_CATEGORY_COUNT /* what is of none of them is unassigned */
};

struct regex_category_place {
  uint16_t begin, size;
};

/* Varints of seven bits, the lowest first: how many characters are not of the category, then how many are, and on. */
extern const uint8_t regex_category_bytes[];
extern const struct regex_category_place regex_category_places[REGEX_CATEGORY_COUNT];

#endif
