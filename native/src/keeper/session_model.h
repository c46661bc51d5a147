/* What tells one model's file from another in a session's log. */
#ifndef LLMB_SESSION_MODEL_H
#define LLMB_SESSION_MODEL_H

enum { SESSION_MODEL_SIZE = 48 };

/* The file's size and sums of its beginning and its end; "" if it cannot be read. */
void session_model_name(const char *path, char out[SESSION_MODEL_SIZE]);

#endif
