#include "engine/tool/tool_descriptor.h"

#include <fcntl.h>
#include <unistd.h>

bool tool_pipe_open(int *out_read, int *out_write) {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) return false;
  *out_read = ends[0];
  *out_write = ends[1];
  return fcntl(ends[0], F_SETFL, O_NONBLOCK) == 0;
}

int tool_descriptor_close(int descriptor) {
  if (descriptor >= 0) close(descriptor);
  return -1;
}
