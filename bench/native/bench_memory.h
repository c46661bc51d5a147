/* What memory a process has to itself. */
#ifndef LLMB_BENCH_MEMORY_H
#define LLMB_BENCH_MEMORY_H

/* Kibibytes of private memory: pages that no other process maps. 0 if it cannot be read. */
double bench_memory_private_kib(int pid);

/* The part of them that was written to. */
double bench_memory_dirty_kib(int pid);

/* The parent of a process, 0 if it cannot be read. */
int bench_process_parent(int pid);

#endif
