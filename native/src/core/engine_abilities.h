/* What each engine can do, said once: what it cannot is `unsupported`. The checks of settings, the reference page and
 * the conformance tests come from this table. */
#ifndef LLMB_CORE_ENGINE_ABILITIES_H
#define LLMB_CORE_ENGINE_ABILITIES_H

#include <stdbool.h>
#include <stdint.h>

#include "core/engine_rows.h"

struct engine_abilities {
  const char *engine;
  uint16_t abilities;
};

/* Ends with an entry without a name. */
extern const struct engine_abilities engine_abilities[];

/* The abilities' names, by bit; NULL at the end. */
extern const char *const engine_ability_names[];

bool engine_can(const char *engine, enum engine_ability ability);

/* The names of the engines that can, as a sentence lists them, for messages. */
enum { ENGINE_NAMES_CAPACITY = 128 };
const char *engines_that_can(enum engine_ability ability, char out[ENGINE_NAMES_CAPACITY]);

#endif
