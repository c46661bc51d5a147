#include "tests/soak/soak_tally.h"

#include <stdarg.h>
#include <stdio.h>

void soak_tally_outcome(struct soak_tally *tally, llmb_status status) {
  const bool is_known = status >= 0 && status < SOAK_STATUS_COUNT;
  atomic_fetch_add(&tally->outcomes[is_known ? status : LLMB_E_INTERNAL], 1);
}

int64_t soak_tally_lost(struct soak_tally *tally) {
  int64_t lost = (int64_t)atomic_load(&tally->calls);
  for (unsigned i = 0; i < SOAK_STATUS_COUNT; i++) lost -= (int64_t)atomic_load(&tally->outcomes[i]);
  return lost;
}

void soak_violation(struct soak_tally *tally, const char *format, ...) {
  char text[4096];
  va_list arguments;
  if (atomic_fetch_add(&tally->violations, 1) >= SOAK_VIOLATIONS_SHOWN) return;
  va_start(arguments, format);
  vsnprintf(text, sizeof text, format, arguments);
  va_end(arguments);
  fprintf(stderr, "\nllmbridge-soak: violation: %s\n", text);
}

bool soak_tally_hopeless(struct soak_tally *tally) {
  return atomic_load(&tally->violations) >= SOAK_VIOLATIONS_MAX;
}
