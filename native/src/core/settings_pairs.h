/* Settings on their way to another process. */
#ifndef LLMB_SETTINGS_PAIRS_H
#define LLMB_SETTINGS_PAIRS_H

#include "core/settings_set.h"

/* The settings of a scope that are not at their default, as "name\0value\0" pairs: their size, above
 * SETTINGS_PAIRS_SIZE_MAX if they are too large to be sent, and they themselves. */
uint64_t settings_encoded_size(const llmb_settings *settings, uint8_t scope);
void settings_encode_into(const llmb_settings *settings, uint8_t scope, uint8_t *out);

/* The same in memory of their own. *out is freed with memory_release; NULL and 0 when there are none. */
llmb_status settings_encode(const llmb_settings *settings, uint8_t scope, char **out, uint64_t *out_size);

/* Decodes and checks pairs from another process into `out` (initialised by this: the rest are defaults; cleared by
 * settings_clear, also after a failure). Anything malformed, unknown, given twice or out of range is
 * LLMB_E_PROTOCOL_ERROR. */
llmb_status settings_decode(const char *pairs, uint64_t size, llmb_settings *out, llmb_error *error);

#endif
