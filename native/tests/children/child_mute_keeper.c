/* A keeper that never greets: it takes its orders and says nothing, and ends with its host. */
#include <poll.h>

int main(void) {
  struct pollfd control = {.fd = 3}; /* only the end of file is waited for */
  while (poll(&control, 1, -1) < 1) continue;
  return 0;
}
