/* Numbers that nobody outside this process can guess. */
#ifndef LLMB_OS_RANDOM_H
#define LLMB_OS_RANDOM_H

#include <stdint.h>

/* Fills the words. Never waits: where the kernel has no randomness yet, clock and addresses stand in for it. */
void os_random(uint64_t *words, unsigned count);

#endif
