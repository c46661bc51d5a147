/* llmbridge-soak: faults by the million, and hours of load with faults in it. It uses the shared library and the public
 * headers only, as any host does. */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "tests/soak/soak.h"

int main(int argc, char **argv) {
  static struct soak soak;
  char temporary[] = "/tmp/llmbridge-soak-XXXXXX";
  if (!soak_options_read(&soak.options, argc, argv)) return 2;
  if (soak.options.help) {
    soak_options_print_usage();
    return 0;
  }
  if (mkdtemp(temporary) == NULL || setenv("TMPDIR", temporary, 1) != 0) {
    perror("llmbridge-soak: a temporary folder");
    return 1;
  }
  soak.mode = soak.options.kind == SOAK_CRASH ? &soak_crash : &soak_mixed;
  soak_run(&soak);
  const bool is_well = soak_report(&soak);
  rmdir(temporary);
  return is_well ? 0 : 1;
}
