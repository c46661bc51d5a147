/* Whose turn it is in a shared engine. */
#include <channel/fair_share.h>

#include "tests/check.h"

#define SECOND UINT64_C(1000000000)

static void account__halves_every_ten_seconds(void) {
  struct fair_account account = {.spent_ns = 5 * SECOND};
  fair_account_charge(&account, 1000, 5 * SECOND);
  CHECK_INT(1000, fair_account_spent(&account, 14 * SECOND));
  CHECK_INT(500, fair_account_spent(&account, 15 * SECOND));
  CHECK_INT(125, fair_account_spent(&account, 39 * SECOND));
  CHECK_INT(0, fair_account_spent(&account, 1000000 * SECOND));
}

static void account__keeps_what_is_charged_often(void) {
  struct fair_account account = {.spent_ns = 0};
  for (uint64_t i = 0; i < 100; i++) fair_account_charge(&account, 1, i * SECOND / 10);
  CHECK_INT(100, fair_account_spent(&account, 99 * SECOND / 10));
  fair_account_charge(&account, UINT64_MAX, 10 * SECOND);
  CHECK(fair_account_spent(&account, 10 * SECOND) == UINT64_MAX);
}

static void place__goes_to_who_has_spent_least(void) {
  const struct fair_seat seats[] = {{.spent = 30, .waiting = 9}, {.spent = 10, .waiting = 1}, {.spent = 0}};
  CHECK_INT(1, fair_share_pick(seats, 3, 4, 0));
}

static void place__goes_to_nobody_if_nobody_waits(void) {
  const struct fair_seat seats[] = {{.working = 3}, {.spent = 7}};
  CHECK_INT(-1, fair_share_pick(seats, 2, 4, 0));
  CHECK_INT(-1, fair_share_pick(seats, 0, 4, 0));
}

static void client__holds_no_more_than_its_share_while_others_wait(void) {
  /* It has spent less, but holds two of four places already. */
  const struct fair_seat seats[] = {{.spent = 1, .working = 2, .waiting = 9}, {.spent = 5, .working = 1, .waiting = 1}};
  CHECK_INT(1, fair_share_pick(seats, 2, 4, 0));
}

static void client__alone_gets_every_place(void) {
  const struct fair_seat seats[] = {{.spent = 99, .working = 3, .waiting = 5}, {.spent = 0}};
  CHECK_INT(0, fair_share_pick(seats, 2, 4, 0));
}

static void place__that_nobody_else_wants_is_not_kept_free(void) {
  /* Both hold their share of three places among three; the third client does not wait. */
  const struct fair_seat seats[] = {
      {.spent = 5, .working = 1, .waiting = 1}, {.spent = 4, .working = 1, .waiting = 1}, {.working = 0}};
  CHECK(fair_share_pick(seats, 3, 3, 0) >= 0);
}

static void equals__take_turns(void) {
  const struct fair_seat seats[] = {{.waiting = 1}, {.waiting = 1}, {.waiting = 1}};
  for (uint32_t first = 0; first < 3; first++) CHECK_INT(first, fair_share_pick(seats, 3, 4, first));
  CHECK_INT(0, fair_share_pick(seats, 3, 4, 3));
}

static void newcomer__starts_where_the_least_served_is(void) {
  const struct fair_seat seats[] = {{.spent = 70, .working = 1}, {.spent = 50, .waiting = 1}, {.spent = 3}};
  CHECK_INT(50, fair_share_newcomer(seats, 3));
  CHECK_INT(0, fair_share_newcomer(seats, 0));
  CHECK_INT(0, fair_share_newcomer(&seats[2], 1));
}

/* One sends all it can, another a request at a time: every request of the second begins within one turn of a place. */
static void flood__delays_another_by_one_turn(void) {
  enum { PLACES = 4, ROUNDS = 200 };
  struct fair_account accounts[2] = {{.spent = 0}};
  uint32_t working[2] = {PLACES, 0};
  for (uint32_t round = 0; round < ROUNDS; round++) {
    if (working[1] > 0) working[1]--;                          /* the quick one's request ends at once */
    if (working[1] == 0 && working[0] == PLACES) working[0]--; /* the place of the turn */
    const struct fair_seat seats[2] = {
        {.spent = fair_account_spent(&accounts[0], 0), .working = working[0], .waiting = 1000},
        {.spent = fair_account_spent(&accounts[1], 0), .working = working[1], .waiting = 1}};
    const int picked = fair_share_pick(seats, 2, PLACES, round);
    CHECK_INT(1, picked);
    if (picked < 0) return;
    working[picked]++;
    fair_account_charge(&accounts[picked], picked == 0 ? 100 : 1, 0);
  }
}

CHECK_MAIN(TEST(account__halves_every_ten_seconds), TEST(account__keeps_what_is_charged_often),
           TEST(place__goes_to_who_has_spent_least), TEST(place__goes_to_nobody_if_nobody_waits),
           TEST(client__holds_no_more_than_its_share_while_others_wait), TEST(client__alone_gets_every_place),
           TEST(place__that_nobody_else_wants_is_not_kept_free), TEST(equals__take_turns),
           TEST(newcomer__starts_where_the_least_served_is), TEST(flood__delays_another_by_one_turn))
