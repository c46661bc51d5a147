/* Shared memory without a name, of a size that nobody can change. */
#ifndef LLMB_OS_REGION_H
#define LLMB_OS_REGION_H

#include <llmbridge/status.h>

#include "platform/os_handle.h"

/* Makes a zeroed region sealed against shrinking and growing, and maps it. *out_handle is to be passed on and closed.*/
llmb_status os_region_create(uint64_t size, os_handle *out_handle, void **out_address, int *os_code);

/* Maps a region received from another process, after checking its seals and size: LLMB_E_PROTOCOL_ERROR if either is
 * not as it must be. */
llmb_status os_region_map(os_handle handle, uint64_t size, void **out_address, int *os_code);

void os_region_unmap(void *address, uint64_t size);

#endif
