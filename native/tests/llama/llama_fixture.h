/* What the tests of the llama engine share: the models' folder, a bridge made of settings, whole answers. */
#ifndef LLMB_TESTS_LLAMA_FIXTURE_H
#define LLMB_TESTS_LLAMA_FIXTURE_H

#include <llmbridge/llmbridge.h>

enum { FIXTURE_SKIP = 77, FIXTURE_ANSWER_SIZE = 1 << 16, FIXTURE_DEADLINE_MS = 150000 };

#define FIXTURE_CHAIN_TEXT "Hello from llama.cpp, running in a process of its own."

/* The path of a model; ends the program as skipped when there are no models. The result is overwritten by the next
 * call. */
const char *fixture_model(const char *name);

/* Opens a bridge on a model, with more settings as name, value, ..., NULL. Ends the program when that fails. */
llmb_bridge *fixture_open(const char *model, ...) __attribute__((sentinel));

/* Starts a call with settings as name, value, ..., NULL. */
llmb_call *fixture_start(llmb_bridge *bridge, const char *prompt, ...) __attribute__((sentinel));

/* Reads the whole answer into a text of FIXTURE_ANSWER_SIZE bytes; NUL-terminated also on failure. */
llmb_status fixture_read_all(llmb_call *call, char *answer, llmb_error *error);

/* Start, read, finish, close. */
llmb_status fixture_ask(llmb_bridge *bridge, const char *prompt, const char *name, const char *value, char *answer,
                        llmb_result *result, llmb_error *error);

#endif
