#include <signal.h>

#include "platform/os_refusal.h"
#include "platform/os_thread.h"

llmb_status os_thread_start(void *(*run)(void *argument), void *argument, os_thread *out) {
  sigset_t all, before;
  sigfillset(&all);
  if (pthread_sigmask(SIG_SETMASK, &all, &before) != 0) return LLMB_E_INTERNAL;
  const int os_code = pthread_create(out, NULL, run, argument);
  pthread_sigmask(SIG_SETMASK, &before, NULL);
  return os_code == 0 ? LLMB_OK : os_refusal_status(os_code);
}

void os_thread_join(os_thread thread) {
  pthread_join(thread, NULL);
}

void os_thread_detach(os_thread thread) {
  pthread_detach(thread);
}
