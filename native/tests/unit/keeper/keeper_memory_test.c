#include "keeper/keeper_memory.h"

#include "tests/check.h"

static void write_file(const char *path, const char *text) {
  FILE *file = fopen(path, "w");
  CHECK(file != NULL);
  if (file == NULL) return;
  fputs(text, file);
  fclose(file);
}

static void oom_kills__are_read_where_they_stand(void) {
  char path[] = "/tmp/llmbridge-test-XXXXXX";
  const int handle = mkstemp(path);
  CHECK(handle >= 0);
  close(handle);
  uint64_t count = 0;
  write_file(path, "low 0\nhigh 0\nmax 12\noom 3\noom_kill 7\noom_group_kill 1\n");
  CHECK(oom_kills_read(path, &count));
  CHECK_INT(7, count);
  write_file(path, "oom_kill 1\n");
  CHECK(oom_kills_read(path, &count));
  CHECK_INT(1, count);
  write_file(path, "oom 3\nnr_oom_kill 7\noom_kill_disable 1\n");
  CHECK(!oom_kills_read(path, &count));
  write_file(path, "");
  CHECK(!oom_kills_read(path, &count));
  unlink(path);
  CHECK(!oom_kills_read(path, &count));
}

static void oom_kills__do_not_rise_by_themselves(void) {
  oom_kills_begin();
  CHECK(!oom_kills_rose());
}

CHECK_MAIN(TEST(oom_kills__are_read_where_they_stand), TEST(oom_kills__do_not_rise_by_themselves))
