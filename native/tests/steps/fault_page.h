/* The page that a test shares with host, keeper and engines: what is to happen at which step, and what has. */
#ifndef LLMB_TESTS_FAULT_PAGE_H
#define LLMB_TESTS_FAULT_PAGE_H

#include <stdatomic.h>
#include <stdint.h>

enum { FAULT_EXECUTIONS_MAX = 1024 };

struct fault_page {
  _Atomic uint32_t point;         /* enum fault_point; FAULT_NONE once it has happened */
  _Atomic uint32_t passes_left;   /* by all processes together: the one that makes it 0 gets the signal */
  _Atomic uint32_t signal_number; /* SIGKILL or SIGSTOP */
  _Atomic uint32_t pid;           /* of the process that got it, 0 before; a futex */
  /* What engines have begun to work on. It outlives them, so that a call begun twice shows. */
  _Atomic uint32_t execution_count;
  _Atomic uint64_t executions[FAULT_EXECUTIONS_MAX];
};

#endif
