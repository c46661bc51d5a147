/* What a connection holds on each side: descriptors, mappings, threads, for each worker, slot and call in flight. */
#include "tests/bridge/bridge_harness.h"
#include "tests/guard/guard_numbers.h"

enum { CALLS_MAX = 8 };

struct process_figures {
  int64_t descriptors, mappings, threads;
};

struct connection_figures {
  struct process_figures host, keeper, engine;
};

static int64_t entry_count(int64_t pid, const char *folder_name) {
  char path[64];
  int64_t count = 0;
  snprintf(path, sizeof path, "/proc/%lld/%s", (long long)pid, folder_name);
  DIR *folder = opendir(path);
  if (folder == NULL) return 0;
  while (readdir(folder) != NULL) count++;
  closedir(folder);
  return count - 2 - (pid == getpid()); /* itself, its parent, and the descriptor it is read with */
}

static int64_t mapping_count(int64_t pid) {
  char path[64];
  int64_t count = 0;
  snprintf(path, sizeof path, "/proc/%lld/maps", (long long)pid);
  FILE *file = fopen(path, "r");
  if (file == NULL) return 0;
  for (int c = fgetc(file); c != EOF; c = fgetc(file)) count += c == '\n';
  fclose(file);
  return count;
}

static struct process_figures figures_of(int64_t pid) {
  return (struct process_figures){entry_count(pid, "fd"), mapping_count(pid), process_status(pid, "Threads")};
}

/* Answers that do not end, each begun before the next is asked for: so one call at a time waits in the queue. */
static void calls_begin(llmb_bridge *bridge, llmb_call **calls, unsigned count) {
  for (unsigned i = 0; i < count; i++) {
    uint8_t piece[64];
    uint64_t size = 0;
    calls[i] = call_of(bridge, "begin", NULL);
    CHECK_INT(LLMB_OK, llmb_call_read(calls[i], piece, sizeof piece, LLMB_NEVER, &size, NULL));
  }
}

/* With this many calls in flight, which is what it takes to have that many workers; the host's are those gained. */
static struct connection_figures measure(const char *workers, const char *slots, unsigned calls_count) {
  llmb_call *calls[CALLS_MAX] = {NULL};
  struct connection_figures figures;
  llmb_bridge *bridge = bridge_of("sleep 50; pieces 1 0; sleep 60000", "workers", workers, "slots", slots, NULL);
  const struct process_figures before = figures_of(getpid());
  bridge_start(bridge);
  calls_begin(bridge, calls, calls_count);
  const int64_t engine = worker_pid(bridge);
  figures.host = figures_of(getpid());
  figures.host.descriptors -= before.descriptors;
  figures.host.mappings -= before.mappings;
  figures.keeper = figures_of(process_parent(engine));
  figures.engine = figures_of(engine);
  for (unsigned i = 0; i < calls_count; i++) llmb_call_close(calls[i]);
  bridge_end(bridge);
  return figures;
}

static void add_row(struct guard_rows *rows, const char *name, int64_t value) {
  CHECK(value >= 0);
  guard_rows_add(rows, (uint64_t)value, 0, "connection.%s", name);
}

static void a_connection__holds_what_is_committed(void) {
  static struct guard_rows rows;
  const struct connection_figures one = measure("1", "1", 1), two = measure("2", "1", 2), four = measure("4", "1", 4);
  const struct connection_figures idle = measure("1", "8", 0), busy = measure("1", "8", 8);
  rows.count = 0;
  /* With the doorbell of the call that waited for it in the queue. */
  const int64_t next_worker = two.host.descriptors - one.host.descriptors;
  CHECK_INT(next_worker, (four.host.descriptors - two.host.descriptors) / 2);
  CHECK_INT(two.keeper.descriptors - one.keeper.descriptors, (four.keeper.descriptors - two.keeper.descriptors) / 2);
  CHECK_INT(one.engine.descriptors, four.engine.descriptors);
  add_row(&rows, "host.threads", four.host.threads);
  add_row(&rows, "host.descriptors.first_worker", one.host.descriptors);
  add_row(&rows, "host.descriptors.next_worker", next_worker);
  add_row(&rows, "host.descriptors.seven_slots", idle.host.descriptors - one.host.descriptors);
  add_row(&rows, "host.descriptors.eight_calls", busy.host.descriptors - idle.host.descriptors);
  add_row(&rows, "host.mappings.next_worker", (four.host.mappings - two.host.mappings) / 2);
  add_row(&rows, "keeper.threads", four.keeper.threads);
  add_row(&rows, "keeper.descriptors.first_worker", one.keeper.descriptors);
  add_row(&rows, "keeper.descriptors.next_worker", two.keeper.descriptors - one.keeper.descriptors);
  add_row(&rows, "engine.threads", one.engine.threads);
  add_row(&rows, "engine.descriptors", one.engine.descriptors);
  add_row(&rows, "engine.descriptors.seven_slots", idle.engine.descriptors - one.engine.descriptors);
  add_row(&rows, "engine.descriptors.eight_calls", busy.engine.descriptors - idle.engine.descriptors);
  CHECK_INT(0, guard_rows_check(&rows, "connection"));
}

CHECK_MAIN(TEST(a_connection__holds_what_is_committed))
