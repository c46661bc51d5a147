/* Regular expressions of ECMA-262 (with its flag u) that take time linear in the text, whatever the pattern: all that
 * is regular of them. Look-arounds, back-references and properties other than general categories are unsupported. */
#ifndef LLMB_SCHEMA_REGEX_H
#define LLMB_SCHEMA_REGEX_H

#include <llmbridge/status.h>

struct regex;

/* Compiles a pattern, in UTF-8. LLMB_E_INVALID_ARGUMENT and LLMB_E_UNSUPPORTED say what is wrong, a static text, and
 * where in the pattern. Freed with regex_close. */
llmb_status regex_compile(const char *pattern, uint64_t size, struct regex **out, const char **out_what,
                          uint64_t *out_at);
void *regex_close(struct regex *regex);

uint32_t regex_state_count(const struct regex *regex);

#endif
