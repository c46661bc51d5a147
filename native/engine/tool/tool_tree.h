/* Everything below this process, which is a subreaper: what loses its parent becomes its child. */
#ifndef LLMB_TOOL_TREE_H
#define LLMB_TOOL_TREE_H

#include <stdbool.h>
#include <sys/types.h>

/* Kills what is below this process now, at most TOOL_TREE_MAX of it, but for the children that `is_kept` knows (NULL:
 * there are none) and what is below them. What was started meanwhile is found the next time. False if there was
 * nothing, or nothing can be seen. Reaps nothing. */
bool tool_tree_kill_once(bool (*is_kept)(void *context, pid_t pid), void *context);

#endif
