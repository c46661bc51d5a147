/* What an engine can try with the descriptors that it was given. Each runs in a thread of its own. */
#ifndef LLMB_TESTS_HOSTILE_BELLS_H
#define LLMB_TESTS_HOSTILE_BELLS_H

/* Fills whatever can be filled, and makes it wait and signal, where it is shared with anyone. */
void *bells_block(void *argument);

/* Rings everything as fast as it can, from pipes as large as can be. */
void *bells_flood(void *argument);

/* Closes all that it was given, and goes on living. */
void *bells_close(void *argument);

/* Sends a descriptor that takes an hour to close by everything that it has; says TAKEN_LINE if it could. */
void *send_descriptors(void *argument);

#endif
