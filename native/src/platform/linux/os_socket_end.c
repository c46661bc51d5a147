#include <sys/socket.h>

#include "platform/os_socket.h"

void os_socket_end(os_handle socket) {
  (void)shutdown(socket, SHUT_RDWR);
}
