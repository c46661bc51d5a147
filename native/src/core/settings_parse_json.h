/* What is wrong with a setting that holds JSON, before any parser sees it that recurses. */
#ifndef LLMB_CORE_SETTINGS_PARSE_JSON_H
#define LLMB_CORE_SETTINGS_PARSE_JSON_H

#include <stdint.h>

#include "core/settings_table.h"

/* NULL, or what follows the value in a refusal. Text that is no JSON is left to whoever reads it. */
const char *setting_json_problem(enum setting_id id, const char *value, uint64_t size);

#endif
