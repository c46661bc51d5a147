/* Where things are. */
#ifndef LLMB_OS_PATH_H
#define LLMB_OS_PATH_H

#include <stdbool.h>

#include <llmbridge/status.h>

/* The file this library was loaded from, absolute, NUL-terminated; the buffer has room for any path (PATH_MAX).
 * LLMB_E_NOT_FOUND where it is linked into the program itself. */
llmb_status os_path_library(char *buffer, uint64_t capacity);

/* The folder this library was loaded from, absolute, NUL-terminated. */
llmb_status os_path_library_folder(char *buffer, uint64_t capacity);

/* The file behind this very process's program. */
llmb_status os_path_program_folder(char *buffer, uint64_t capacity);

/* This process's working folder, absolute. */
llmb_status os_path_current_folder(char *buffer, uint64_t capacity);

enum os_path_kind { OS_PATH_MISSING, OS_PATH_FILE, OS_PATH_PROGRAM, OS_PATH_FOLDER, OS_PATH_OTHER };
/* OS_PATH_PROGRAM is a regular file this process may execute. */
enum os_path_kind os_path_kind(const char *path, uint64_t *out_size);
bool os_path_readable(const char *path);

/* What tells one file, as it is now, from every other of this machine, whatever their names. False if there is none. */
struct os_path_identity {
  uint64_t device, inode, size, modified_ns;
};
bool os_path_identity(const char *path, struct os_path_identity *out);

/* The program that a command's first word means: a path with a slash in it as it is, any other word the first program
 * of that name in the absolute folders of `folders` (PATH's form), never in the working folder. LLMB_E_NOT_FOUND where
 * there is none, LLMB_E_SPAWN_FAILED where there is a file that may not be executed. */
llmb_status os_path_find_program(const char *word, const char *folders, char *buffer, uint64_t capacity);

/* An environment variable's value, or NULL; and a walk over all of them ("NAME=value", NULL at the end). A program that
 * runs with the rights of its file (setuid, setgid, capabilities) sees none: its caller wrote them. */
const char *os_environment_get(const char *name);
char *const *os_environment_all(void);

#endif
