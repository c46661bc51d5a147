/* The one bridge of the simple calls. */
#ifndef LLMB_SIMPLE_OBJECT_H
#define LLMB_SIMPLE_OBJECT_H

/* Forgets the parent's bridge, in a forked child. */
void simple_abandon(void);

#endif
