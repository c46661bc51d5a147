/* Whose request a shared engine takes next. Each client has an account of the work that was done for it, which decays:
 * the next free place goes to the smallest. Pure: time comes in as a parameter. */
#ifndef LLMB_FAIR_SHARE_H
#define LLMB_FAIR_SHARE_H

#include <stdint.h>

#define FAIR_SHARE_HALF_LIFE_NS UINT64_C(10000000000) /* of what an account says */

struct fair_account {
  uint64_t spent; /* tokens, of prompts and answers, as of spent_ns */
  uint64_t spent_ns;
};

/* What it says now. */
uint64_t fair_account_spent(const struct fair_account *account, uint64_t now_ns);
void fair_account_charge(struct fair_account *account, uint64_t tokens, uint64_t now_ns);

/* A client that would take a place. */
struct fair_seat {
  uint64_t spent;
  uint32_t working, waiting; /* requests */
};

/* Which of the clients gets a free place of `places`: one that waits, with the smallest account; while several wait,
 * first those that hold less than their share. `first` is looked at first among equals. -1 if none waits. */
int fair_share_pick(const struct fair_seat *seats, uint32_t count, uint32_t places, uint32_t first);

/* What a newcomer's account starts at: the smallest of those who work or wait, so that being new is no advantage. */
uint64_t fair_share_newcomer(const struct fair_seat *seats, uint32_t count);

#endif
