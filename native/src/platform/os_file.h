/* Reading a regular file at any place, without a position that others could move. */
#ifndef LLMB_OS_FILE_H
#define LLMB_OS_FILE_H

#include <llmbridge/status.h>

#include "platform/os_handle.h"

/* Opens a regular file and learns its size; never waits for another process, whatever stands at the path.
 * LLMB_E_NOT_FOUND: nothing is there. LLMB_E_OUT_OF_MEMORY: no memory or descriptor. LLMB_E_INVALID_ARGUMENT: it cannot
 * be opened (*os_code says why), is a folder (EISDIR) or nothing that has a size (0). */
llmb_status os_file_open(const char *path, os_handle *out_handle, uint64_t *out_size, int *os_code);

/* Reads up to size bytes from offset; fewer only at the file's end. LLMB_E_INTERNAL with *os_code if that failed. */
llmb_status os_file_read(os_handle handle, uint64_t offset, void *buffer, uint64_t size, uint64_t *out_size,
                         int *os_code);

#endif
