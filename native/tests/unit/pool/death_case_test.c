#include "pool/death_case.h"

#include "tests/check.h"

static void a_case__is_the_engines_when_all_suspects_are_cleared(void) {
  struct death_cases cases = {0};
  const uint32_t number = death_case_open(&cases, 3);
  CHECK(number != 0);
  CHECK(!death_case_leave(&cases, number, true));
  CHECK(!death_case_leave(&cases, number, true));
  CHECK(death_case_leave(&cases, number, true));
  CHECK(!death_case_leave(&cases, number, true)); /* it is closed */
}

static void a_case__is_a_requests_when_one_suspect_is_not_cleared(void) {
  for (int guilty = 0; guilty < 3; guilty++) {
    struct death_cases cases = {0};
    const uint32_t number = death_case_open(&cases, 3);
    for (int i = 0; i < 3; i++) CHECK(!death_case_leave(&cases, number, i != guilty));
  }
}

static void cases__are_told_apart(void) {
  struct death_cases cases = {0};
  const uint32_t first = death_case_open(&cases, 1), second = death_case_open(&cases, 2);
  CHECK(first != second);
  CHECK(!death_case_leave(&cases, second, true));
  CHECK(death_case_leave(&cases, first, true));
  CHECK(death_case_leave(&cases, second, true));
  CHECK(!death_case_leave(&cases, 0, true)); /* no case */
}

static void the_oldest_case__gives_way_undecided(void) {
  struct death_cases cases = {0};
  const uint32_t oldest = death_case_open(&cases, 1);
  for (int i = 0; i < DEATH_CASES_MAX; i++) (void)death_case_open(&cases, 1);
  CHECK(!death_case_leave(&cases, oldest, true));
  CHECK(death_case_leave(&cases, cases.last_number, true));
}

CHECK_MAIN(TEST(a_case__is_the_engines_when_all_suspects_are_cleared),
           TEST(a_case__is_a_requests_when_one_suspect_is_not_cleared), TEST(cases__are_told_apart),
           TEST(the_oldest_case__gives_way_undecided))
