#include "pool/demotion.h"

#include "core/policy.h"

bool demotion_allows(struct demotion *demotion, uint64_t now_ns) {
  if (demotion->until_ns == 0) return true;
  if (now_ns < demotion->until_ns || demotion->probing) return false;
  demotion->probing = true;
  return true;
}

static bool too_many(const struct demotion *demotion, uint64_t now_ns) {
  for (int i = 0; i < DEMOTION_FAILURES; i++) {
    const uint64_t at_ns = demotion->failures_ns[i];
    if (at_ns == 0 || at_ns + DEMOTION_WINDOW_NS <= now_ns) return false;
  }
  return true;
}

void demotion_note(struct demotion *demotion, enum demotion_verdict verdict, uint64_t now_ns) {
  const bool probed = demotion->probing;
  demotion->probing = false;
  if (verdict == DEMOTION_NEITHER) return;
  if (verdict == DEMOTION_SUCCESS) {
    if (probed) *demotion = (struct demotion){0};
    return;
  }
  demotion->failures_ns[demotion->next] = now_ns;
  demotion->next = (demotion->next + 1) % DEMOTION_FAILURES;
  if (probed || too_many(demotion, now_ns)) demotion->until_ns = now_ns + DEMOTION_TIME_NS;
}
