/* Limits of this machine on what may run at once. */
#ifndef LLMB_OS_LIMITS_H
#define LLMB_OS_LIMITS_H

#include <stdint.h>

#define OS_LIMIT_NONE UINT64_MAX

/* Processes and threads together. */
struct os_process_limits {
  uint64_t user_max;              /* of this user (RLIMIT_NPROC), OS_LIMIT_NONE if there is none */
  uint64_t group_max, group_used; /* of the control group with the least room left, OS_LIMIT_NONE if none has a limit */
};

void os_process_limits(struct os_process_limits *out);

/* The groups' part, of what stands in a file like /proc/self/cgroup, for the groups below `mount`. */
void os_process_limits_of_groups(const char *groups, const char *mount, struct os_process_limits *out);

#endif
