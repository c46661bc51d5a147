/* Runs a fuzz target without libFuzzer: on each file of a folder, on all its beginnings, and on copies damaged the same
 * way each time. So every build, whatever its compiler, tries what the fuzzer found worth keeping. */
#include <dirent.h>
#include <unistd.h>

#include "tests/seeded_random.h"
#include "tests/fuzz/fuzz.h"

enum { SEED_SIZE_MAX = 1 << 20, BEGINNINGS_MAX = 2048, DAMAGED_COUNT = 2000, WATCHDOG_S = 120 };

static uint64_t run_count;

/* On a copy of exactly its size, so that AddressSanitizer sees a read past the end. */
static void run_exact(const uint8_t *bytes, size_t size) {
  uint8_t *copy = malloc(size > 0 ? size : 1);
  if (copy == NULL) exit(2);
  memcpy(copy, bytes, size);
  LLVMFuzzerTestOneInput(copy, size);
  free(copy);
  run_count++;
}

static void run_damaged(const uint8_t *bytes, size_t size) {
  static uint8_t damaged[SEED_SIZE_MAX];
  struct random random = {.state = 88172645463325252 + size};
  for (unsigned round = 0; round < DAMAGED_COUNT && size > 0; round++) {
    memcpy(damaged, bytes, size);
    for (uint64_t flips = 1 + random_next(&random, 4); flips > 0; flips--) {
      damaged[random_next(&random, size)] = (uint8_t)random_next(&random, 256);
    }
    run_exact(damaged, size - random_next(&random, 2));
  }
}

static void run_file(const char *folder, const char *name) {
  static uint8_t bytes[SEED_SIZE_MAX];
  char path[4096];
  snprintf(path, sizeof path, "%s/%s", folder, name);
  FILE *file = fopen(path, "rb");
  if (file == NULL) {
    perror(path);
    exit(2);
  }
  size_t size = fread(bytes, 1, sizeof bytes, file);
  fclose(file);
  printf("%s: %zu bytes\n", name, size);
  fflush(stdout);
  alarm(WATCHDOG_S);
  run_exact(bytes, size);
  for (size_t beginning = 0; beginning < size && beginning < BEGINNINGS_MAX; beginning++) run_exact(bytes, beginning);
  run_damaged(bytes, size);
}

int main(int argc, char **argv) {
  unsigned file_count = 0;
  DIR *folder = argc == 2 ? opendir(argv[1]) : NULL;
  if (folder == NULL) {
    fprintf(stderr, "usage: %s FOLDER_OF_SEEDS\n", argv[0]);
    return 2;
  }
  for (struct dirent *entry; (entry = readdir(folder)) != NULL;) {
    if (entry->d_name[0] == '.') continue;
    run_file(argv[1], entry->d_name);
    file_count++;
  }
  closedir(folder);
  printf("%u seeds, %llu runs\n", file_count, (unsigned long long)run_count);
  return file_count > 0 ? 0 : 1;
}
