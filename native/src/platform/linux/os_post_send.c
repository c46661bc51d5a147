/* The engine's half of a post. */
#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <stdbool.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "platform/os_clock.h"
#include "platform/os_post.h"

_Static_assert((int)OS_POST_PACKET_SIZE <= (int)PIPE_BUF, "a packet goes whole or not at all");

static bool wait_room(os_handle sends, uint64_t deadline_ns) {
  const uint64_t now_ns = os_clock_ns();
  const uint64_t left_ns = deadline_ns > now_ns ? deadline_ns - now_ns : 0;
  const struct timespec left = {.tv_sec = (time_t)(left_ns / 1000000000u), .tv_nsec = (long)(left_ns % 1000000000u)};
  struct pollfd item = {.fd = os_handle_number(sends), .events = POLLOUT};
  if (left_ns == 0) return false;
  const int ready = ppoll(&item, 1, &left, NULL);
  return ready > 0 || (ready < 0 && errno == EINTR);
}

static llmb_status send_packet(enum os_bell_ringer sender, os_handle sends, const void *bytes, uint64_t size,
                               uint64_t deadline_ns) {
  for (;;) {
    if (!os_handle_same(sends)) return LLMB_E_UNAVAILABLE;
    const int number = os_handle_number(sends);
    const ssize_t sent =
        sender == OS_BELL_PROCESS ? write(number, bytes, size) : send(number, bytes, size, MSG_DONTWAIT | MSG_NOSIGNAL);
    if (sent == (ssize_t)size) return LLMB_OK;
    if (sent < 0 && errno == EINTR) continue;
    if (sent >= 0 || errno != EAGAIN) return LLMB_E_UNAVAILABLE;
    if (!wait_room(sends, deadline_ns)) return LLMB_E_NOT_READY;
  }
}

llmb_status os_post_send(enum os_bell_ringer sender, os_handle sends, const void *bytes, uint64_t size,
                         uint64_t deadline_ns) {
  llmb_status status = LLMB_OK;
  for (uint64_t at = 0; at < size && status == LLMB_OK; at += OS_POST_PACKET_SIZE) {
    const uint64_t left = size - at;
    status = send_packet(sender, sends, (const char *)bytes + at,
                         left < OS_POST_PACKET_SIZE ? left : OS_POST_PACKET_SIZE, deadline_ns);
  }
  return status;
}
