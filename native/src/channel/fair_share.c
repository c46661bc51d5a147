#include "channel/fair_share.h"

#include <stdbool.h>

uint64_t fair_account_spent(const struct fair_account *account, uint64_t now_ns) {
  if (now_ns <= account->spent_ns) return account->spent;
  const uint64_t halvings = (now_ns - account->spent_ns) / FAIR_SHARE_HALF_LIFE_NS;
  return halvings < 64 ? account->spent >> halvings : 0;
}

void fair_account_charge(struct fair_account *account, uint64_t tokens, uint64_t now_ns) {
  const uint64_t spent = fair_account_spent(account, now_ns);
  /* Whole half-lives only: what is left of one counts when it is over. */
  if (now_ns > account->spent_ns) {
    account->spent_ns += (now_ns - account->spent_ns) / FAIR_SHARE_HALF_LIFE_NS * FAIR_SHARE_HALF_LIFE_NS;
  }
  account->spent = tokens < UINT64_MAX - spent ? spent + tokens : UINT64_MAX;
}

static bool is_before(const struct fair_seat *one, const struct fair_seat *other) {
  if (one->spent != other->spent) return one->spent < other->spent;
  return one->working < other->working;
}

int fair_share_pick(const struct fair_seat *seats, uint32_t count, uint32_t places, uint32_t first) {
  uint32_t active = 0, waiting = 0;
  for (uint32_t i = 0; i < count; i++) {
    active += seats[i].working + seats[i].waiting > 0;
    waiting += seats[i].waiting > 0;
  }
  if (waiting == 0) return -1;
  const uint32_t share = (places + active - 1) / active;
  int best = -1;
  for (uint32_t n = 0; n < count; n++) {
    const uint32_t i = (first + n) % count;
    if (seats[i].waiting == 0 || (waiting > 1 && seats[i].working >= share)) continue;
    if (best < 0 || is_before(&seats[i], &seats[best])) best = (int)i;
  }
  /* All who wait have their share, and there is a place nevertheless: somebody who has none does not want it. */
  for (uint32_t n = 0; best < 0 && n < count; n++) {
    if (seats[(first + n) % count].waiting > 0) best = (int)((first + n) % count);
  }
  return best;
}

uint64_t fair_share_newcomer(const struct fair_seat *seats, uint32_t count) {
  uint64_t smallest = UINT64_MAX;
  for (uint32_t i = 0; i < count; i++) {
    if (seats[i].working + seats[i].waiting > 0 && seats[i].spent < smallest) smallest = seats[i].spent;
  }
  return smallest == UINT64_MAX ? 0 : smallest;
}
