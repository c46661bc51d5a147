/**
 * Shared engines (isolation=shared): which ones serve, whom, and how to end them. What is shared is in the folder of
 * the calling user; a program of the installation looks into it, so that no file there is opened in this process.
 */
#ifndef LLMBRIDGE_SHARED_H
#define LLMBRIDGE_SHARED_H

#include "settings.h"

#ifdef __cplusplus
extern "C" {
#endif

/** What is shared now, as JSON: {"folder", "found", "problem", "servers": [{"key", "state", "pid", "model", "parts",
 * "workers", "slots", "protocol", "start_time", "boot_id", "engines": [{"pid", "state", "permille"}], "clients":
 * [{"number", "pid", "state", "engine_pid", "working", "calls", "tokens"}]}], "more"}. `problem` is text where the
 * folder is not its user's alone, else null; `state` of a server is "serves", "starting", "silent" (it holds its lock
 * and does not answer) or "gone" (it has left its files); what is not known is null. `calls` and `tokens` (of prompts
 * and answers, about) are those of a client since it attached, `working` its calls that the engine has now. `more` says
 * how many keys beyond 64 are not told of.
 * @param settings  for the setting home; NULL is the environment's.
 * Owner:   the caller frees *out_json with llmb_free.
 * Threads: any.
 * Errors:  LLMB_E_NOT_FOUND: the installation lacks llmbridge-keeper. LLMB_E_SPAWN_FAILED, LLMB_E_DEADLINE_EXCEEDED,
 *          LLMB_E_OUT_OF_MEMORY. */
LLMB_API llmb_status llmb_shared_list(const llmb_settings *settings, char **out_json, llmb_error *out_error);

/** Asks servers to end, waits, and kills those that are still there after `grace_ms` of the settings. Only a process
 * that holds the lock of its key is ever signalled. Programs that are attached start another server with their next
 * call, and with one that is in progress.
 * @param key       of a server, at least the first four of its digits; "all" are all.
 * @param out_json  {"folder", "stopped": [{"key", "pid", "end"}], "status", "message"}; `end` is "ended", "killed" or
 *                  "stays". NULL after a failure.
 * Errors:  also LLMB_E_INVALID_ARGUMENT: `key` is none, or the beginning of several. LLMB_E_NOT_FOUND: nobody serves
 * it. LLMB_E_UNSUPPORTED: the folder is not its user's alone, or a server is not visible from here, as in another
 *          container. */
LLMB_API llmb_status llmb_shared_stop(const llmb_settings *settings, const char *key, char **out_json,
                                      llmb_error *out_error);

#ifdef __cplusplus
}
#endif

#endif
