/* Everything that a program has started, however it was started: this engine is a subreaper, so what loses its parent
 * becomes this engine's child. */
#ifndef LLMB_TOOL_TREE_H
#define LLMB_TOOL_TREE_H

#include <stdbool.h>
#include <sys/types.h>

/* The variable of its environment by which what a program leaves behind is known as its own. */
#define TOOL_MARK_NAME "LLMB_CALL"

/* Kills a program that was not reaped yet: its process group, and all below it. */
void tool_tree_kill(pid_t root);

/* The same of one that has ended but was not reaped: what is left of its group. */
void tool_group_kill(pid_t root);

/* Kills and reaps what became this engine's child by its parent's death, except the programs that `is_ours` knows. With
 * a mark ("LLMB_CALL=...") only what carries it in its environment; with NULL all of it. True if there was any. */
bool tool_tree_sweep(bool (*is_ours)(void *context, pid_t pid), void *context, const char *mark);

#endif
