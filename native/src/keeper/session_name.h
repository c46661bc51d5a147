/* What a session may be called. */
#ifndef LLMB_SESSION_NAME_H
#define LLMB_SESSION_NAME_H

#include <stdbool.h>

enum { SESSION_NAME_SIZE = 65 }; /* its NUL included */

/* 1 to 64 of A-Z, a-z, 0-9, '.', '_' and '-', no dot first. */
bool session_name_is_good(const char *name);

#endif
