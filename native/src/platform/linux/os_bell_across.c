/* Ringing from another process, whose end is a pipe's. */
#include <errno.h>
#include <signal.h>
#include <unistd.h>

#include "platform/os_bell.h"

void os_bell_ring_across(os_handle rings) {
  while (write(os_handle_number(rings), "", 1) < 0 && errno == EINTR) continue;
}

void os_bell_ignore_end(void) {
  struct sigaction now;
  if (sigaction(SIGPIPE, NULL, &now) == 0 && now.sa_handler == SIG_DFL) (void)signal(SIGPIPE, SIG_IGN);
}
