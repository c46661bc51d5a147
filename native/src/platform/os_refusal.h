/* What a system call's refusal means. */
#ifndef LLMB_OS_REFUSAL_H
#define LLMB_OS_REFUSAL_H

#include <llmbridge/status.h>

/* LLMB_E_OUT_OF_MEMORY where memory, descriptors or processes are used up, which may pass. Anything else, as a
 * container's filter (EPERM, ENOSYS) or a limit on sizes (EFBIG) says it, stays: LLMB_E_SPAWN_FAILED. */
llmb_status os_refusal_status(int os_code);

#endif
