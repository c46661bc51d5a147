/* A session's file: its folder, its lock, its bytes. Whatever lies at the name is looked at before it is used: it must
 * be a plain file of this user's, in a folder that nobody else may enter. */
#ifndef LLMB_SESSION_PLACE_H
#define LLMB_SESSION_PLACE_H

#include <stdbool.h>
#include <sys/types.h>

#include "keeper/session_line.h"

enum { SESSION_FILE_NAME_SIZE = SESSION_NAME_SIZE + 8, SESSION_PLACE_PROBLEM_SIZE = 256 };
#define SESSION_ENDING ".jsonl"

struct session_place {
  const char *path; /* of the folder, absolute */
  char name[SESSION_FILE_NAME_SIZE];
  int folder, file;   /* -1: not open */
  llmb_status status; /* of the problem */
  int os_code;
  char problem[SESSION_PLACE_PROBLEM_SIZE];
};

/* Nothing is open. */
void session_place_init(struct session_place *place, const char *folder, const char *name);

/* Opens the folder; `makes` makes what lacks of its path, entered by nobody else. False, with the problem. */
bool session_folder_open(struct session_place *place, bool makes);

/* Opens the file; `makes` makes it. False, with the problem: LLMB_E_NOT_FOUND if there is none. */
bool session_file_open(struct session_place *place, bool makes, bool writes);

void session_file_close(struct session_place *place);

/* Whether another process has the file's lock, and which: 0 if it cannot be seen from here. */
bool session_file_is_held(const struct session_place *place, pid_t *out_holder);

enum session_locking { SESSION_LOCK_MINE, SESSION_LOCK_OTHERS, SESSION_LOCK_LOST, SESSION_LOCK_FAILED };

/* Takes the file's lock: OTHERS with the holder's process (0 if it cannot be seen from here), unless it waits. LOST: it
 * is not the file of that name any more. A wait ends with a signal too, as OTHERS. The lock is this process's: it must
 * not open the file twice. */
enum session_locking session_file_lock(struct session_place *place, bool waits, pid_t *out_holder);

/* All of its bytes; `size` does not count a NUL behind them. False, with the problem. */
bool session_file_read(struct session_place *place, struct session_bytes *out);

/* Writes behind `offset`, and lets it be durable under its name. False, with the problem: session_file_cut is owed. */
bool session_file_write(struct session_place *place, uint64_t offset, const struct session_bytes *bytes, bool is_new);

/* Ends the file at `offset`, durably; removes it if nothing is left. */
bool session_file_cut(struct session_place *place, uint64_t offset);

/* Removes the file under its lock, durably. */
bool session_file_remove(struct session_place *place);

#endif
