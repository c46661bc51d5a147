/* Who has a session: a helper says for which program it works, and others read it. */
#ifndef LLMB_SESSION_HOLDER_H
#define LLMB_SESSION_HOLDER_H

#include <stdint.h>
#include <sys/types.h>

/* Lets this helper be known as one of its host's. */
void session_holder_announce(pid_t host);

/* The program that the helper `holder` works for, in words that may stand behind "has its turn". */
void session_holder_describe(pid_t holder, pid_t own_host, char *out, uint64_t capacity);

#endif
