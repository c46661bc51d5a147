/* What each engine can do, said once: what it cannot is `unsupported`. The checks of settings, the reference page and
 * the conformance tests come from this table. */
#ifndef LLMB_CORE_ENGINE_ABILITIES_H
#define LLMB_CORE_ENGINE_ABILITIES_H

#include <stdbool.h>
#include <stdint.h>

enum engine_ability { /* bits */
                      ABILITY_GENERATE = 1,
                      ABILITY_STREAM = 2, /* the answer comes piece by piece */
                      ABILITY_EMBED = 4,
                      ABILITY_TOKENS = 8,     /* counts them */
                      ABILITY_INVOKE = 16,    /* methods by name */
                      ABILITY_RESUME = 32,    /* goes on with an answer that another process had begun */
                      ABILITY_INPROC = 64,    /* in a thread of the host */
                      ABILITY_PER_CALL = 128, /* workers=0: one process for each call */
                      ABILITY_SANDBOX = 256   /* sandbox=required can be kept */
};

struct engine_abilities {
  const char *engine;
  uint16_t abilities;
};

/* Ends with an entry without a name. */
extern const struct engine_abilities engine_abilities[];

/* The abilities' names, by bit; NULL at the end. */
extern const char *const engine_ability_names[];

bool engine_can(const char *engine, enum engine_ability ability);

#endif
