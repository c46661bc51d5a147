/* How many processes and threads the user of this process may have. */
#ifndef LLMB_TOOL_PROCESS_COUNT_H
#define LLMB_TOOL_PROCESS_COUNT_H

#include <stdint.h>

/* The limit that lets the user have `more` than it has now, to be set as RLIMIT_NPROC; 0 where a limit binds nobody:
 * for root and its like. The count is asked for anew after TOOL_COUNT_AGE_NS. For a process with one thread and no
 * child that must not be waited for. */
uint64_t process_count_limit(uint32_t more);

#endif
