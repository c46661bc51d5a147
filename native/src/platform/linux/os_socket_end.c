#include <sys/socket.h>

#include "platform/os_socket.h"

void os_socket_end(os_handle socket) {
  if (os_handle_same(socket)) (void)shutdown(os_handle_number(socket), SHUT_RDWR);
}

void os_socket_only_send(os_handle socket) {
  if (os_handle_same(socket)) (void)shutdown(os_handle_number(socket), SHUT_RD);
}
