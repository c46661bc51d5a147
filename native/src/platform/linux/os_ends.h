/* What every kind of pair has in common. */
#ifndef LLMB_OS_ENDS_H
#define LLMB_OS_ENDS_H

#include <llmbridge/status.h>

#include "platform/os_handle.h"

/* Moves two descriptors that were just made to 3 or above and takes their identity. LLMB_E_OUT_OF_MEMORY with *os_code,
 * and both are closed, if that cannot be done, or if `failed` says that they could not be made (errno says why). */
llmb_status ends_take(int failed, const int ends[2], os_handle *out_first, os_handle *out_second, int *os_code);

#endif
