/**
 * Sessions: conversations that are kept in a folder (the settings session and session_dir). What is in the folder is
 * looked at by a program of the installation, so that no file there is opened in this process.
 */
#ifndef LLMBRIDGE_SESSION_H
#define LLMBRIDGE_SESSION_H

#include "settings.h"

#ifdef __cplusplus
extern "C" {
#endif

/** The sessions of a folder, as JSON: {"folder", "found", "problem", "sessions": [{"name", "bytes", "modified",
 * "holder", "records", "turns", "torn_bytes", "created", "library", "engine", "model", "fork", "problem"}], "more"}.
 * `problem` is text where the folder is not its user's alone, or a file is no whole session, else null; `holder` says
 * who has its turn now, and is null if nobody has. What is not known is not there. `more` says how many beyond 1000 are
 * not told of.
 * @param settings  for the settings session_dir and home; NULL is the environment's.
 * Owner:   the caller frees *out_json with llmb_free.
 * Threads: any.
 * Errors:  LLMB_E_NOT_FOUND: the installation lacks llmbridge-keeper. LLMB_E_SPAWN_FAILED, LLMB_E_DEADLINE_EXCEEDED,
 *          LLMB_E_OUT_OF_MEMORY. */
LLMB_API llmb_status llmb_session_list(const llmb_settings *settings, char **out_json, llmb_error *out_error);

/** One session: {"folder", "name", "header", "torn_bytes", "records": [{"record", "turn", "left", "id", "message", ...,
 * "crc"}], "status", "message"}. A turn that is being written is not in it.
 * Errors:  also LLMB_E_INVALID_ARGUMENT: `name` is none. LLMB_E_NOT_FOUND: there is no such session.
 *          LLMB_E_UNAVAILABLE: it is damaged, or cannot be read. */
LLMB_API llmb_status llmb_session_read(const llmb_settings *settings, const char *name, char **out_json,
                                       llmb_error *out_error);

/** Removes a session.
 * Errors:  as llmb_session_read. LLMB_E_UNAVAILABLE: a call has its turn, or the file cannot be removed. */
LLMB_API llmb_status llmb_session_delete(const llmb_settings *settings, const char *name, llmb_error *out_error);

#ifdef __cplusplus
}
#endif

#endif
