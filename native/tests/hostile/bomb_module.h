/* What bomb_module.c and the test that it works for know of each other. */
#ifndef LLMB_TESTS_BOMB_MODULE_H
#define LLMB_TESTS_BOMB_MODULE_H

enum { BOMB_BLOCKS_MAX = 1024, BOMB_PROCESSES = 200 };

/* What it says, before the number of MiB, when it gets no more. */
#define BOMB_MEMORY_LINE "MiB got: "

#endif
