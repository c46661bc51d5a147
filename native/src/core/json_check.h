/* Whether bytes are one JSON text as RFC 8259 has it: no more, no less, and never read past their end. */
#ifndef LLMB_CORE_JSON_CHECK_H
#define LLMB_CORE_JSON_CHECK_H

#include <llmbridge/status.h>

enum { JSON_DEPTH_MAX = 512 }; /* arrays and objects inside each other */

/* LLMB_OK, or LLMB_E_OUTPUT_INVALID with the offset of the first byte that cannot stand there (size, if it is the end
 * that comes too early) and a static text for it: "expected %s". Any value may stand at the top; a byte order mark is
 * refused; names may repeat; escaped surrogates may be alone, as in the grammar. Either out parameter may be NULL. */
llmb_status json_check(const uint8_t *bytes, uint64_t size, uint64_t *error_offset, const char **what);

#endif
