/* What hostile_module.c tells the test that it works for. */
#ifndef LLMB_TESTS_HOSTILE_MODULE_H
#define LLMB_TESTS_HOSTILE_MODULE_H

enum { FLIPS_TOLD = 1 << 12 };
#define FLIPS_TOLD_LINE "flipped 4096 words\n"
#define TAKEN_LINE "a descriptor was taken\n"

#endif
