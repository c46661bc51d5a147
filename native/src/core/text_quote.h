/* Untrusted values inside messages. */
#ifndef LLMB_CORE_TEXT_QUOTE_H
#define LLMB_CORE_TEXT_QUOTE_H

enum { TEXT_QUOTE_SHOWN_MAX = 80 };                              /* bytes of the value that are shown */
enum { TEXT_QUOTE_CAPACITY = TEXT_QUOTE_SHOWN_MAX * 4 + 2 + 4 }; /* all escaped as \xNN, quotes, "..." and NUL */

/* Writes the value in double quotes and returns quoted: cut to TEXT_QUOTE_SHOWN_MAX bytes, control bytes and what is
 * not UTF-8 escaped. NULL writes no value. */
const char *text_quote(char quoted[TEXT_QUOTE_CAPACITY], const char *value);

#endif
