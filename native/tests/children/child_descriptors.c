/* Lists its descriptors, such as "0 1 2". With an argument it first writes that to each above 2. */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { DESCRIPTORS_MAX = 1024 };

int main(int argc, char **argv) {
  const char *blank = "";
  for (int i = STDERR_FILENO + 1; argc > 1 && i < DESCRIPTORS_MAX; i++) {
    const ssize_t ignored = write(i, argv[1], strlen(argv[1]));
    (void)ignored;
  }
  for (int i = 0; i < DESCRIPTORS_MAX; i++) {
    if (fcntl(i, F_GETFD) < 0) continue;
    printf("%s%d", blank, i);
    blank = " ";
  }
  return 0;
}
