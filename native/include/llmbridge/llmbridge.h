/**
 * llmbridge: runs an LLM engine outside its host, at nearly the cost of a function call.
 *
 * The contract in a page:
 *
 * - **Simple calls** (below) need no set-up: `call_llm("...", &answer, &error)`. They are configured by the
 *   environment (LLMBRIDGE_MODEL and so on) and share one bridge for the whole process.
 * - **Explicit API**: settings.h, bridge.h, call.h, installation.h, session.h, shared.h. **Writing an engine**:
 * engine.h.
 * - **Who frees what**: what a function gives out as `char *` or `float *` is freed with llmb_free; handles are closed
 *   by the function named `..._close`, exactly once; `const char *` results belong to the library.
 * - **Threads**: the simple calls, bridges and llmb_call_cancel may be used from any thread at any time; a settings
 *   set and a call belong to one thread at a time.
 * - **Time**: deadlines are absolute, in nanoseconds of llmb_clock_ns; LLMB_NEVER waits for ever and 0 only looks.
 *   Every call ends by its own deadline whatever the engine does.
 * - **A good guest**: no thread, signal handler or timer is made in the host, nothing is printed, nothing process-wide
 *   is changed. The engine's process is started by a small keeper and ends with the host.
 * - **fork**: in a child process explicit handles give LLMB_E_FORKED; the simple calls start afresh.
 * - **Descriptors**: a host may close those that are the library's, as daemons do (`closefrom(3)`), best while no call
 *   runs: the engines end, calls in progress end or are begun again where that is safe, and the next call starts anew.
 *   Files of the host's own that get the same numbers are left alone. What no library can rule out is a number that
 *   changes hands between its look at it and the system call after that: a host with threads in calls should not close
 *   what is not its own at the same time.
 */
#ifndef LLMBRIDGE_H
#define LLMBRIDGE_H

#include <stddef.h>

#include "batch.h"
#include "bridge.h"
#include "call.h"
#include "engine.h"
#include "installation.h"
#include "model.h"
#include "schema.h"
#include "session.h"
#include "settings.h"
#include "shared.h"
#include "stats.h"
#include "status.h"

#ifdef __cplusplus
extern "C" {
#endif

/** Asks the model and waits for the whole answer.
 * @param prompt  NUL-terminated UTF-8.
 * @param answer  receives NUL-terminated UTF-8, or NULL on failure.
 * @param error   receives NULL, or on failure a JSON object that says what happened; may be NULL itself.
 * Owner:   the caller frees *answer and *error with llmb_free.
 * Threads: any. */
LLMB_API int32_t call_llm(const char *prompt, char **answer, char **error);

/** The same function under the library's prefix. */
LLMB_API int32_t llmb_call_llm(const char *prompt, char **answer, char **error);

/** Computes the embedding of a text and waits for it.
 * @param vector     receives *dimension numbers, or NULL on failure.
 * @param dimension  receives the vector's length, or 0 on failure.
 * @param error      as for call_llm.
 * Owner:   the caller frees *vector and *error with llmb_free.
 * Threads: any. */
LLMB_API int32_t embed(const char *text, float **vector, size_t *dimension, char **error);

/** The same function under the library's prefix. */
LLMB_API int32_t llmb_embed(const char *text, float **vector, size_t *dimension, char **error);

/** Lets a host that handles its signals later end the simple calls of the calling thread. Perl, R and PostgreSQL are
 * such hosts: their handlers only set a flag, which the interpreter looks at between two steps. call_llm and embed look
 * at *flag when they begin, after each signal that interrupts their waiting, and every 100 ms; if it is not zero they
 * end as LLMB_E_CANCELLED. The library never writes to it.
 * @param flag  read while the thread's simple calls run; stays readable until it is replaced. NULL unsets it.
 * Threads: any; it counts for the thread that sets it, and for none that it starts. */
LLMB_API void llmb_interrupt_set(const volatile int32_t *flag);

/** Ends what the simple calls started: engine, keeper. A later call starts afresh. Waits for calls in flight on other
 * threads to end as cancelled. */
LLMB_API void llmb_shutdown(void);

#ifdef __cplusplus
}
#endif

#endif
