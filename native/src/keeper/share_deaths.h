/* How often the server of a key has died before it served anybody: counted in what KEY.live holds, so that all programs
 * that want it share one breaker, however many start it. Only the holder of the lock reads and writes it. */
#ifndef LLMB_SHARE_DEATHS_H
#define LLMB_SHARE_DEATHS_H

#include <stdbool.h>
#include <stdint.h>

enum { SHARE_DEATHS_MAX = 64 }; /* that are remembered */

/* A server begins. False if its predecessors have died so often within the time that it should not: *out_count times,
 * and the next may try in *out_wait_ns. */
bool share_deaths_begin(int lock, unsigned limit, uint64_t window_ns, unsigned *out_count, uint64_t *out_wait_ns);

/* It serves: all is forgotten. */
void share_deaths_serve(int lock);

/* It ends by itself, before that. */
void share_deaths_end(int lock);

#endif
