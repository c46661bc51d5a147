#include "keeper/survey_answer.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>

#include "core/memory.h"
#include "keeper/share_protocol.h"

enum { STARTER = 3 };

int survey_answer(struct json_writer *writer) {
  char *text = NULL;
  if (json_writer_finish(writer, &text) != LLMB_OK) return EXIT_FAILURE;
  const struct timeval patience = {.tv_sec = 5};
  const int flags = fcntl(STARTER, F_GETFL);
  (void)fcntl(STARTER, F_SETFL, flags & ~O_NONBLOCK);
  (void)setsockopt(STARTER, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
  const size_t size = strlen(text);
  size_t sent = 0;
  while (sent < size) {
    const size_t part = size - sent < SHARE_ANSWER_PACKET_SIZE ? size - sent : SHARE_ANSWER_PACKET_SIZE;
    if (send(STARTER, text + sent, part, MSG_NOSIGNAL) != (ssize_t)part) break;
    sent += part;
  }
  memory_release(text);
  return sent == size ? EXIT_SUCCESS : EXIT_FAILURE;
}
