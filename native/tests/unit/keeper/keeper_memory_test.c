#include "keeper/keeper_memory.h"

#include <sys/stat.h>

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

static const struct memory_facts plenty = {.peak = 1000, .limit = UINT64_MAX, .available = 1000000};

static void a_kill__without_evidence_is_not_for_want_of_memory(void) {
  CHECK(!memory_is_evidence(&plenty));
  const struct memory_facts unknown = {.peak = UINT64_MAX / 2, .limit = UINT64_MAX, .available = UINT64_MAX};
  CHECK(!memory_is_evidence(&unknown));
  struct memory_facts facts = plenty;
  facts.machine_kill = true; /* somebody else's: this one was small */
  CHECK(!memory_is_evidence(&facts));
}

static void a_kill__for_want_of_memory_is_known_by_evidence(void) {
  struct memory_facts facts = plenty;
  facts.group_kill = true;
  CHECK(memory_is_evidence(&facts));
  facts = plenty;
  facts.limit = 1111; /* within a tenth of it */
  CHECK(memory_is_evidence(&facts));
  facts.limit = 1112;
  CHECK(!memory_is_evidence(&facts));
  facts = plenty;
  facts.available = 1111;
  CHECK(memory_is_evidence(&facts));
  facts.available = 1112;
  CHECK(!memory_is_evidence(&facts));
  facts.machine_kill = true;
  CHECK(memory_is_evidence(&facts));
}

static void a_limit__is_the_least_of_a_group_and_those_above_it(void) {
  static const char *const names[] = {"", "/slice", "/slice/service"};
  char root[] = "/tmp/llmbridge-test-XXXXXX", file[96];
  CHECK(mkdtemp(root) != NULL);
  for (int i = 0; i < 3; i++) {
    snprintf(file, sizeof file, "%s%s", root, names[i]);
    if (i > 0) CHECK_INT(0, mkdir(file, 0700));
  }
  CHECK(memory_limit_read(root, "/slice/service") == UINT64_MAX);
  snprintf(file, sizeof file, "%s/slice/service/memory.max", root);
  write_file(file, "max\n");
  CHECK(memory_limit_read(root, "/slice/service") == UINT64_MAX);
  write_file(file, "1073741824\n");
  CHECK_INT(1073741824, memory_limit_read(root, "/slice/service"));
  snprintf(file, sizeof file, "%s/slice/memory.max", root);
  write_file(file, "536870912\n");
  CHECK_INT(536870912, memory_limit_read(root, "/slice/service"));
  CHECK(memory_limit_read(root, "/other") == UINT64_MAX);
  for (int i = 2; i >= 0; i--) {
    snprintf(file, sizeof file, "%s%s/memory.max", root, names[i]);
    CHECK(unlink(file) == 0 || i == 0);
    snprintf(file, sizeof file, "%s%s", root, names[i]);
    CHECK_INT(0, rmdir(file));
  }
}

static void available_memory__is_read_in_bytes(void) {
  char path[] = "/tmp/llmbridge-test-XXXXXX";
  const int handle = mkstemp(path);
  CHECK(handle >= 0);
  close(handle);
  write_file(path, "MemTotal:       16384 kB\nMemFree:        100 kB\nMemAvailable:   2048 kB\n");
  CHECK_INT(2048 << 10, memory_available_read(path));
  write_file(path, "MemTotal:       16384 kB\n");
  CHECK(memory_available_read(path) == UINT64_MAX);
  unlink(path);
  CHECK(memory_available_read(path) == UINT64_MAX);
}

static void a_small_engine__was_not_short_of_memory(void) {
  oom_kills_begin();
  CHECK(!memory_was_short(1 << 20));
}

CHECK_MAIN(TEST(oom_kills__are_read_where_they_stand), TEST(a_kill__without_evidence_is_not_for_want_of_memory),
           TEST(a_kill__for_want_of_memory_is_known_by_evidence),
           TEST(a_limit__is_the_least_of_a_group_and_those_above_it), TEST(available_memory__is_read_in_bytes),
           TEST(a_small_engine__was_not_short_of_memory))
