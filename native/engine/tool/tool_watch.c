#include "engine/tool/tool_watch.h"

#include <stddef.h>
#include <sys/epoll.h>

#include "engine/tool/tool_limits.h"

bool tool_watch(int waiter, int descriptor, uint32_t events, bool *ready) {
  struct epoll_event event = {.events = events, .data.ptr = ready};
  return epoll_ctl(waiter, EPOLL_CTL_ADD, descriptor, &event) == 0;
}

void tool_unwatch(int waiter, int descriptor) {
  epoll_ctl(waiter, EPOLL_CTL_DEL, descriptor, NULL);
}

void tool_watch_look(int waiter) {
  struct epoll_event events[TOOL_EVENTS_MAX]; /* others that are ready come first in the next look */
  const int count = epoll_wait(waiter, events, TOOL_EVENTS_MAX, 0);
  for (int i = 0; i < count; i++) {
    bool *ready = events[i].data.ptr;
    if (ready != NULL) *ready = true;
  }
}
