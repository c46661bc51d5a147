/* A program that is hard to be rid of: child_brood hop COUNT | fill COUNT | bomb | stop | kill, then a mark to know it
 * by. hop COUNT   leaves so many processes, each in a session of its own, without environment, that become others every
 *               few milliseconds, and ends
 *   fill COUNT  starts so many that sleep, says how many it could, and ends
 *   bomb        forks for ever, and so do its children
 *   stop, kill  does that to its parent, and sleeps */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static void nap_ms(long milliseconds) {
  const struct timespec nap = {milliseconds / 1000, milliseconds % 1000 * 1000000};
  nanosleep(&nap, NULL);
}

static void hop_for_ever(void) {
  for (;;) {
    setsid();
    nap_ms(3);
    if (fork() > 0) _exit(0);
  }
}

int main(int argc, char **argv) {
  if (argc < 3) return 2;
  close(STDIN_FILENO);
  if (strcmp(argv[1], "hop") == 0) {
    for (int i = 0; i < atoi(argv[2]); i++) {
      if (fork() > 0) continue;
      close(STDOUT_FILENO);
      close(STDERR_FILENO);
      hop_for_ever();
    }
    nap_ms(50);
    puts("left");
    return 0;
  }
  if (strcmp(argv[1], "fill") == 0) {
    int count = 0;
    for (; count < atoi(argv[2]); count++) {
      const pid_t pid = fork();
      if (pid < 0) break;
      if (pid > 0) continue;
      close(STDOUT_FILENO);
      close(STDERR_FILENO);
      for (;;) pause();
    }
    printf("%d", count);
    return 0;
  }
  if (strcmp(argv[1], "bomb") == 0) {
    for (;;) {
      if (fork() < 0) nap_ms(1);
    }
  }
  kill(getppid(), strcmp(argv[1], "stop") == 0 ? SIGSTOP : SIGKILL);
  for (;;) pause();
}
