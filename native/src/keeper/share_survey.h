/* The keeper's third role, for an instant: it looks at a folder of shared engines, or ends servers in it, and says so
 * in JSON by the socket that it was started with.
 *
 *   llmbridge-keeper shared list FOLDER               {"folder", "found", "problem", "servers": [...], "more"}
 *   llmbridge-keeper shared stop FOLDER KEY GRACE_MS  {"folder", "stopped": [{"key", "pid", "end"}], "status",
 * "message"}
 *
 * KEY may be the beginning of one, or "all". Whatever lies in the folder is believed only so far: a server is who holds
 * the lock on KEY.live, as the kernel tells it, and nobody else is ever signalled. */
#ifndef LLMB_SHARE_SURVEY_H
#define LLMB_SHARE_SURVEY_H

/* The process's exit status. */
int share_survey_main(int argc, char **argv);

#endif
