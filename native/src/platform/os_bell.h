/* Doorbells: rung any number of times, heard once. Each has two ends, and who rings cannot change the end of who hears:
 * not its flags, nor how long the other's calls take. Nothing here ever waits or raises a signal. */
#ifndef LLMB_OS_BELL_H
#define LLMB_OS_BELL_H

#include <llmbridge/status.h>

#include "platform/os_handle.h"

/* Who rings. */
enum os_bell_ringer {
  OS_BELL_THREAD, /* a thread of this process: os_bell_ring */
  OS_BELL_PROCESS /* another process, which is given the end `rings` and can send nothing else by it, no descriptor
                     either: os_bell_ring_across */
};

/* Both ends are close-on-exec and 3 or above; `hears` is pollable for reading. */
llmb_status os_bell_create(enum os_bell_ringer ringer, os_handle *out_hears, os_handle *out_rings, int *os_code);

/* A bell that is full, gone or another file by now is left alone. */
void os_bell_ring(os_handle rings);

/* The same on the end that a process was given by another. That process ignores SIGPIPE: see os_bell_ignore_end. */
void os_bell_ring_across(os_handle rings);

/* From here on a bell that nobody hears any more is no reason to die. Only a process of our own may do this. */
void os_bell_ignore_end(void);

enum os_bell_state {
  OS_BELL_CLEAR,
  OS_BELL_FLOODED, /* more rings came while it was cleared than an honest ringer has reason for: it is not clear */
  OS_BELL_OVER     /* nobody can ring it any more, and a poll would say "readable" for ever */
};

/* Takes the rings, in OS_BELL_CLEAR_READS_MAX steps at most. */
enum { OS_BELL_CLEAR_READS_MAX = 32 };
enum os_bell_state os_bell_clear(os_handle hears);

#endif
