/* Text as features see it: characters without case, words without punctuation. */
#ifndef LLMB_HASH_FOLD_H
#define LLMB_HASH_FOLD_H

#include <stdint.h>

/* The next character of valid UTF-8, folded: letters small (Latin, Greek, Cyrillic), blanks and punctuation of ASCII a
 * space. Moves *at on. */
uint32_t hash_fold_next(const char **at);

enum { HASH_SPACE = ' ' };

#endif
