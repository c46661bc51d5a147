/* Which of the known names someone who mistyped one may have meant. */
#ifndef LLMB_CORE_NAME_NEAREST_H
#define LLMB_CORE_NAME_NEAREST_H

#include <stdint.h>

/* The setting that other programs call so, else the one whose name has the least edit distance, capitals counting as
 * small letters; never NULL. */
const char *setting_name_nearest(const char *name);

/* Insertions, deletions, replacements and swaps of neighbours that part two names; only their first 64 bytes count. */
uint32_t name_distance(const char *left, const char *right);

#endif
