/* What hostile_module.c tells the test that it works for. */
#ifndef LLMB_TESTS_HOSTILE_MODULE_H
#define LLMB_TESTS_HOSTILE_MODULE_H

enum { FLIPS_TOLD = 1 << 14 };
#define FLIPS_TOLD_LINE "flipped 16384 words\n"

#endif
