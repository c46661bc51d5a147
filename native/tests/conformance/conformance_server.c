#include "tests/conformance/conformance_server.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

static char url[64];

void server_start(void) {
  int input[2], output[2];
  if (pipe2(input, O_CLOEXEC) != 0 || pipe2(output, O_CLOEXEC) != 0) abort();
  const pid_t pid = fork();
  if (pid < 0) abort();
  if (pid == 0) {
    dup2(input[0], STDIN_FILENO);
    dup2(output[1], STDOUT_FILENO);
    execlp("python3", "python3", CONFORMANCE_FOLDER "/conformance_server.py", (char *)NULL);
    _exit(127);
  }
  close(input[0]); /* its other end stays open: the server ends when this process does */
  close(output[1]);
  FILE *said = fdopen(output[0], "r");
  if (said == NULL || fgets(url, sizeof url, said) == NULL) {
    fprintf(stderr, "conformance_server.py did not start\n");
    exit(1);
  }
  url[strcspn(url, "\n")] = 0;
  fclose(said);
}

const char *server_url(void) {
  return url;
}
