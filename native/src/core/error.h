/* Filling the caller's llmb_error: one call per failure site, in printf's style. */
#ifndef LLMB_CORE_ERROR_H
#define LLMB_CORE_ERROR_H

#include <llmbridge/status.h>

/* Sets status, phase and message of *error (which may be NULL) and clears its other details; returns status, so that
 * a failing function can say `return error_set(...)`. The message is cut at a UTF-8 border to fit and made clean as by
 * error_copy_text; its arguments may point into *error. retry_safe becomes 1 in phase configure, where nothing has
 * begun, else 0. A struct whose struct_size was never set counts as NULL. */
llmb_status error_set(llmb_error *error, llmb_status status, uint32_t phase, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

/* The same with the errno of the failing step; appends ": " and its text to the message. */
llmb_status error_set_os(llmb_error *error, llmb_status status, uint32_t phase, int os_code, const char *format, ...)
    __attribute__((format(printf, 5, 6)));

#ifdef __clang_analyzer__ /* which does not look into another source to see that they return their status */
#define error_set(error, status, ...) ((error_set)(error, status, __VA_ARGS__), (status))
#define error_set_os(error, status, ...) ((error_set_os)(error, status, __VA_ARGS__), (status))
#endif

/* Copies untrusted text into a fixed field: cut to fit, invalid UTF-8 and control bytes (but \n and \t) replaced by
 * '?', always NUL-terminated. When the text is longer than the field its *end* is kept if keep_end is set. */
void error_copy_text(char *field, uint64_t capacity, const char *text, uint64_t size, int keep_end);

/* Copies *source to *target where target is not NULL, as far as target's struct_size goes, which stays as it is. */
void error_copy(llmb_error *target, const llmb_error *source);

/* Reads a struct of perhaps another version into one of ours: what it lacks is zero, its texts are NUL-terminated. */
void error_read(const llmb_error *source, llmb_error *out);

#endif
