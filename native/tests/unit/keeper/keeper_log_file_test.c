/* The log file: how large it becomes, and how fast. */
#include "keeper/keeper_log_file.h"

#include <sys/stat.h>

#include "keeper/keeper_limits.h"
#include "tests/check.h"

enum { CHUNK_SIZE = 64 << 10, MANY = 700 };

#define SECOND_NS UINT64_C(1000000000)

static char chunk[CHUNK_SIZE];
static char folder[] = "/tmp/llmbridge-log-XXXXXX", path[64], old_path[64];

static void begin(struct keeper_log_file *file) {
  snprintf(folder, sizeof folder, "/tmp/llmbridge-log-XXXXXX");
  CHECK(mkdtemp(folder) != NULL);
  snprintf(path, sizeof path, "%s/log", folder);
  snprintf(old_path, sizeof old_path, "%s/log.1", folder);
  memset(chunk, 'x', sizeof chunk);
  chunk[sizeof chunk - 1] = '\n';
  memset(file, 0, sizeof *file);
  CHECK_INT(0, keeper_log_file_open(file, folder, "log"));
}

static void end(struct keeper_log_file *file) {
  keeper_log_file_close(file);
  unlink(path);
  unlink(old_path);
  rmdir(folder);
}

static uint64_t size_of(const char *name) {
  struct stat info;
  return stat(name, &info) == 0 ? (uint64_t)info.st_size : 0;
}

static bool contains(const char *name, const char *part) {
  static char text[8 << 20];
  FILE *file = fopen(name, "r");
  if (file == NULL) return false;
  const size_t size = fread(text, 1, sizeof text, file);
  fclose(file);
  return memmem(text, size, part, strlen(part)) != NULL;
}

static void file__is_put_away_once_it_is_full_and_a_new_one_begun(void) {
  struct keeper_log_file file, other;
  begin(&file);
  CHECK_INT(0, keeper_log_file_open(&other, "", path)); /* of another engine */
  for (uint64_t i = 1; i <= MANY; i++) {
    keeper_log_file_append(&file, chunk, sizeof chunk, i * SECOND_NS);
    CHECK(size_of(path) <= KEEPER_LOG_FILE_SIZE_MAX && size_of(old_path) <= KEEPER_LOG_FILE_SIZE_MAX);
    if (i == 1) CHECK_INT(CHUNK_SIZE, size_of(path));
  }
  CHECK(size_of(old_path) > KEEPER_LOG_FILE_SIZE_MAX - 2 * CHUNK_SIZE);
  CHECK(contains(path, "the log before this"));
  const uint64_t before = size_of(path);
  for (uint64_t i = 1; i <= 3; i++) keeper_log_file_append(&other, chunk, sizeof chunk, i * SECOND_NS);
  CHECK_INT(before + 3 * CHUNK_SIZE, size_of(path)); /* not the one that it had, which is away */
  keeper_log_file_close(&other);
  end(&file);
}

static void engine__that_writes_too_fast_is_cut_and_the_file_says_so(void) {
  struct keeper_log_file file;
  begin(&file);
  for (int i = 0; i < MANY; i++) keeper_log_file_append(&file, chunk, sizeof chunk, SECOND_NS);
  CHECK(size_of(path) >= KEEPER_LOG_FILE_BURST && size_of(path) < KEEPER_LOG_FILE_BURST + 1000);
  CHECK(contains(path, "writes more than 1024 KiB a second"));
  keeper_log_file_append(&file, "slow again\n", 11, 3 * SECOND_NS);
  CHECK(contains(path, "bytes of this engine's log were left out\nslow again\n"));
  end(&file);
}

static void engine__that_writes_slowly_loses_nothing(void) {
  struct keeper_log_file file;
  begin(&file);
  for (uint64_t i = 1; i <= 100; i++) keeper_log_file_append(&file, chunk, sizeof chunk, i * SECOND_NS / 16);
  CHECK_INT(100 * CHUNK_SIZE, size_of(path));
  end(&file);
}

static void file__that_cannot_be_put_away_grows_no_further(void) {
  struct keeper_log_file file;
  begin(&file);
  CHECK_INT(0, mkdir(old_path, 0700)); /* in its way */
  for (uint64_t i = 1; i <= MANY; i++) keeper_log_file_append(&file, chunk, sizeof chunk, i * SECOND_NS);
  CHECK(size_of(path) <= KEEPER_LOG_FILE_SIZE_MAX && size_of(path) > KEEPER_LOG_FILE_SIZE_MAX - 2 * CHUNK_SIZE);
  rmdir(old_path);
  end(&file);
}

CHECK_MAIN(TEST(file__is_put_away_once_it_is_full_and_a_new_one_begun),
           TEST(engine__that_writes_too_fast_is_cut_and_the_file_says_so),
           TEST(engine__that_writes_slowly_loses_nothing), TEST(file__that_cannot_be_put_away_grows_no_further))
