/* How deep a caller's JSON goes, found without recursion before any parser that recurses sees it. */
#ifndef LLMB_CORE_JSON_DEPTH_H
#define LLMB_CORE_JSON_DEPTH_H

#include <stdbool.h>
#include <stdint.h>

/* Whether brackets and braces outside of strings stand more than `depth` levels inside each other. The text need not be
 * JSON. */
bool json_is_deeper(const char *text, uint64_t size, uint32_t depth);

#endif
