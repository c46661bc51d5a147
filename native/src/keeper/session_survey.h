/* The keeper's fifth role, for an instant: it looks at a folder of sessions, and says what it found in JSON by the
 * socket that it was started with.
 *
 *   llmbridge-keeper sessions list FOLDER          {"folder", "found", "problem", "sessions": [...], "more"}
 *   llmbridge-keeper sessions read FOLDER NAME     {"folder", "name", "header", "records", "torn_bytes", ...}
 *   llmbridge-keeper sessions delete FOLDER NAME   {"folder", "name", "status", "message"}
 *
 * Whatever lies in the folder is believed only as far as it was checked. */
#ifndef LLMB_SESSION_SURVEY_H
#define LLMB_SESSION_SURVEY_H

/* The process's exit status. */
int session_survey_main(int argc, char **argv);

#endif
