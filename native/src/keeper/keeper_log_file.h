/* The file that engines' stderr is appended to: it has a size limit, and each engine a rate. */
#ifndef LLMB_KEEPER_LOG_FILE_H
#define LLMB_KEEPER_LOG_FILE_H

#include <limits.h>
#include <stdint.h>

#include "platform/os_handle.h"

/* Of one engine; several may have the same file. */
struct keeper_log_file {
  os_handle handle;    /* OS_HANDLE_NONE: there is none */
  uint64_t allowance;  /* bytes it may write now */
  uint64_t counted_ns; /* when that was counted */
  uint64_t left_out;   /* bytes since the rate was passed; 0: it is kept */
  char path[PATH_MAX];
};

/* Opens it for appending, or makes it; a relative name begins at `folder`. 0, or -1 with errno. */
int keeper_log_file_open(struct keeper_log_file *file, const char *folder, const char *name);

/* Appends as much as rate and disk allow. What is left out is said in the file. Beyond KEEPER_LOG_FILE_SIZE_MAX the
 * file becomes NAME.1, instead of one that has that name, and a new one is begun. */
void keeper_log_file_append(struct keeper_log_file *file, const char *bytes, uint64_t size, uint64_t now_ns);

void keeper_log_file_close(struct keeper_log_file *file);

#endif
