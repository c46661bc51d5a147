/* A folder of shared engines as a reader sees it: which keys have files there, and their cards, which may be anything.
 */
#ifndef LLMB_SHARE_LISTING_H
#define LLMB_SHARE_LISTING_H

#include <stdbool.h>
#include <sys/types.h>

#include "core/json_reader.h"
#include "keeper/share_protocol.h"

enum {
  SHARE_KEY_DIGITS = SHARE_KEY_SIZE - 1,
  SHARE_LISTED_MAX = 64,           /* keys that are told of */
  SHARE_CARD_SIZE_MAX = 512 << 10, /* larger than any that a server writes */
  SHARE_ANSWER_SIZE_MAX = (SHARE_LISTED_MAX + 1) * (SHARE_CARD_SIZE_MAX + SHARE_STATE_SIZE_MAX), /* of a survey */
  SHARE_ENTRIES_MAX = 65536 /* of the folder that are looked at */
};

struct share_listing {
  const char *path;
  int folder; /* open; -1 if it cannot be */
  bool is_found;
  char problem[256]; /* why it is no place for shared engines; "" if it is */
  char keys[SHARE_LISTED_MAX][SHARE_KEY_SIZE];
  unsigned count, more;           /* keys, in order; more that have no room */
  char card[SHARE_CARD_SIZE_MAX]; /* what was read last */
};

/* Opens the folder and reads its keys, if it is its user's alone. */
void share_listing_open(struct share_listing *listing, const char *path);

/* A key's card, which points into the listing until the next one is read: JSON_ABSENT if it is no object. */
struct json_value share_listing_card(struct share_listing *listing, const char *key);

/* The process that a card names; 0 if it names none. */
pid_t share_card_pid(struct json_value card);

#endif
