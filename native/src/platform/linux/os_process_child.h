/* What is run between clone and exec in a child that shares its creator's memory.
 *
 * CLONE_VM costs nothing however large the creator is, and brings back errno and step without a pipe; CLONE_VFORK
 * suspends the creating thread until the child has exec'd or ended, so that its stack and plan outlive it.
 *
 * In the child only raw system calls are made: it runs on the creator's thread-local storage, and a sanitizer's or a
 * host's interposed wrapper has no business there. Signals are blocked from before the clone, so no handler of the
 * creator's can run on a child's stack. */
#ifndef LLMB_OS_PROCESS_CHILD_H
#define LLMB_OS_PROCESS_CHILD_H

#include <errno.h>
#include <sched.h>
#include <stdint.h>
#include <sys/syscall.h>
#include <unistd.h>

#if defined(__SANITIZE_THREAD__)
/* ThreadSanitizer takes every clone for a fork and tells the child's "thread" to look away from then on; here that is
 * the caller's own, since they share memory. The C library's other name for it goes past the sanitizer. */
int __clone(int (*child_main)(void *), void *stack, int flags, void *argument, ...);
#define clone __clone
#endif

enum { CHILD_STACK_SIZE = 32768, CHILD_SIGNALS_COUNT = 64 };

/* As the kernel has it: glibc's sigset_t is larger, and its functions spare two signals of its own. */
typedef uint64_t signal_mask;
struct signal_action {
  void *handler;
  unsigned long flags;
  void *restorer;
  signal_mask mask;
};

/* The children share memory, but not the stack and thread that a sanitizer believes them to have. */
#define CHILD_SIDE __attribute__((noinline, no_sanitize("address", "thread", "undefined")))

/* The call's result, or -errno. */
CHILD_SIDE static long child_call(long number, long a, long b, long c, long d) {
  long result = syscall(number, a, b, c, d);
  return result < 0 ? -(long)errno : result;
}

#endif
