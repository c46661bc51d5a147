#include "pool/death_case.h"

static struct death_case *place_of(struct death_cases *cases, uint32_t number) {
  return &cases->cases[number % DEATH_CASES_MAX];
}

uint32_t death_case_open(struct death_cases *cases, uint32_t suspects) {
  if (++cases->last_number == 0) cases->last_number = 1;
  *place_of(cases, cases->last_number) = (struct death_case){.number = cases->last_number, .suspects = suspects};
  return cases->last_number;
}

bool death_case_leave(struct death_cases *cases, uint32_t number, bool cleared) {
  struct death_case *death = place_of(cases, number);
  if (number == 0 || death->number != number || death->suspects == 0) return false;
  death->explained |= !cleared;
  death->suspects--;
  return death->suspects == 0 && !death->explained;
}
