/* Random sequences of everything the ABI allows, right and wrong, from several threads on one bridge: starts, reads of
 * either kind, polls, watches, finishes, cancels from elsewhere, closes, deaths of the engine, and in the middle of it
 * the end of the bridge. Each call has one outcome and keeps it. LLMB_TEST_REPEATS is the number of seeds. */
#include <stdatomic.h>

#include "tests/seeded_random.h"
#include "tests/hostile/workout.h"

enum { THREADS = 3, CALLS_PER_THREAD = 4, STEPS = 1500, SEEDS = 3, CALLS = THREADS * CALLS_PER_THREAD };

/* A call of one thread, which others may cancel while the lock keeps it from being closed. */
struct entry {
  pthread_mutex_t lock;
  llmb_call *call;
  llmb_status outcome;
  bool is_embedding, has_ended;
  uint64_t watches;
  _Atomic uint64_t watched; /* the token that the pump is to report before the owner may read again; 0 for none */
};

struct stage {
  llmb_bridge *bridge; /* NULL once it is closed; used under the lock */
  pthread_rwlock_t lock;
  struct entry entries[CALLS];
  uint64_t seed;
  _Atomic uint64_t steps_done, calls_started;
};

struct actor {
  struct stage *stage;
  struct entry *own;
  struct random random;
  pthread_t thread;
};

static bool is_status(llmb_status status) {
  return status >= LLMB_OK && status <= LLMB_E_NOT_READY;
}

static uint64_t soon(struct random *random) {
  return random_next(random, 2) == 0 ? 0 : llmb_clock_ns() + random_next(random, 2000000);
}

/* Notes what ended a call, or checks that it ended no other way before. */
static void note(struct entry *entry, llmb_status status, bool at_end) {
  CHECK(is_status(status));
  if (status == LLMB_E_NOT_READY || status == LLMB_E_INVALID_ARGUMENT || (status == LLMB_OK && !at_end)) return;
  if (entry->has_ended) CHECK_INT(entry->outcome, status);
  entry->outcome = status;
  entry->has_ended = true;
}

static void start(struct actor *actor, struct entry *entry) {
  static const char *const limits[] = {"1", "5", "20", "100"};
  const uint8_t *const texts[] = {(const uint8_t *)"one", (const uint8_t *)"two"};
  const uint64_t sizes[] = {3, random_next(&actor->random, 4)}; /* 0 bytes are none */
  llmb_call *call = NULL;
  llmb_settings *settings = settings_of("timeout_ms", limits[random_next(&actor->random, 4)], NULL);
  const bool is_embedding = random_next(&actor->random, 2) == 0;
  pthread_rwlock_rdlock(&actor->stage->lock);
  llmb_bridge *bridge = actor->stage->bridge;
  const llmb_status status = is_embedding ? llmb_embed_start(bridge, texts, sizes, 2, settings, &call, NULL)
                                          : llmb_call_start(bridge, texts[0], sizes[1], settings, &call, NULL);
  pthread_rwlock_unlock(&actor->stage->lock);
  llmb_settings_close(settings);
  CHECK(is_status(status));
  CHECK_INT(status == LLMB_OK, call != NULL);
  if (bridge == NULL) CHECK_INT(LLMB_E_INVALID_ARGUMENT, status);
  if (call == NULL) return;
  atomic_fetch_add(&actor->stage->calls_started, 1);
  pthread_mutex_lock(&entry->lock);
  entry->call = call;
  entry->is_embedding = is_embedding;
  entry->has_ended = false;
  pthread_mutex_unlock(&entry->lock);
}

static void read_some(struct actor *actor, struct entry *entry) {
  uint8_t buffer[64];
  float vector[8];
  uint64_t size = 0;
  const uint64_t capacity = random_next(&actor->random, 3) == 0 ? random_next(&actor->random, 8) : 64;
  const bool as_vector = random_next(&actor->random, 8) == 0 ? !entry->is_embedding : entry->is_embedding;
  const llmb_status status =
      as_vector
          ? llmb_call_read_vector(entry->call, vector, capacity < 8 ? capacity : 8, soon(&actor->random), &size, NULL)
          : llmb_call_read(entry->call, buffer, capacity, soon(&actor->random), &size, NULL);
  if (as_vector != entry->is_embedding) {
    CHECK(status != LLMB_OK);
    CHECK(is_status(status));
    return;
  }
  note(entry, status, size == 0);
}

static void finish(struct actor *actor, struct entry *entry) {
  llmb_result result;
  llmb_result_init(&result);
  note(entry,
       llmb_call_finish(entry->call, soon(&actor->random), random_next(&actor->random, 2) ? &result : NULL, NULL),
       true);
}

static void close_call(struct entry *entry) {
  pthread_mutex_lock(&entry->lock);
  llmb_call_close(entry->call);
  entry->call = NULL;
  atomic_store(&entry->watched, 0);
  pthread_mutex_unlock(&entry->lock);
}

/* Anybody's call. */
static void cancel(struct actor *actor) {
  struct entry *entry = &actor->stage->entries[random_next(&actor->random, CALLS)];
  pthread_mutex_lock(&entry->lock);
  CHECK_INT(entry->call == NULL ? LLMB_E_INVALID_ARGUMENT : LLMB_OK, llmb_call_cancel(entry->call));
  pthread_mutex_unlock(&entry->lock);
}

static void ask_the_bridge(struct actor *actor) {
  int64_t pid = 0;
  uint32_t number = 0;
  uint64_t count = 0;
  char *info = NULL;
  llmb_stats stats;
  llmb_event events[4];
  llmb_stats_init(&stats);
  pthread_rwlock_rdlock(&actor->stage->lock);
  llmb_bridge *bridge = actor->stage->bridge;
  switch (random_next(&actor->random, 8)) {
    case 0:
      CHECK(is_status(llmb_bridge_info(bridge, &info, NULL)));
      break;
    case 1:
      CHECK(is_status(llmb_bridge_load_progress(bridge, &number)));
      break;
    case 2:
      CHECK(is_status(llmb_bridge_sandbox(bridge, &number)));
      break;
    case 3:
      CHECK(is_status(llmb_pump_wake(bridge)));
      break;
    case 4:
      CHECK(is_status(llmb_count_tokens(bridge, (const uint8_t *)"a b", 3, &count, NULL)));
      break;
    case 5:
      CHECK(is_status(llmb_bridge_stats(bridge, &stats, NULL)));
      break;
    case 6:
      CHECK(is_status(llmb_bridge_events(bridge, 0, events, 4, &number, NULL)));
      break;
    default:
      if (llmb_bridge_worker_pid(bridge, &pid) == LLMB_OK && pid > 0 && random_next(&actor->random, 4) == 0) {
        kill((pid_t)pid, SIGKILL);
      }
  }
  pthread_rwlock_unlock(&actor->stage->lock);
  llmb_free(info);
}

static void watch(struct actor *actor, struct entry *entry) {
  const uint64_t token = ++entry->watches * CALLS + (uint64_t)(entry - actor->stage->entries);
  atomic_store(&entry->watched, token);
  const llmb_status status = llmb_call_watch(entry->call, token, NULL);
  CHECK(is_status(status));
  if (status != LLMB_OK) atomic_store(&entry->watched, 0);
}

static void step(struct actor *actor) {
  struct entry *entry = &actor->own[random_next(&actor->random, CALLS_PER_THREAD)];
  const uint64_t what = random_next(&actor->random, 12);
  atomic_fetch_add(&actor->stage->steps_done, 1);
  if (what == 0) {
    ask_the_bridge(actor);
  } else if (what == 1) {
    cancel(actor);
  } else if (entry->call == NULL) {
    start(actor, entry);
  } else if (what >= 10) {
    close_call(entry);
  } else if (atomic_load(&entry->watched) != 0) {
    return;
  } else if (what < 7) {
    read_some(actor, entry);
  } else if (what == 7) {
    CHECK(is_status(llmb_call_poll(entry->call, soon(&actor->random), NULL)));
  } else if (what == 8) {
    watch(actor, entry);
  } else {
    finish(actor, entry);
  }
}

static void *act(void *argument) {
  struct actor *actor = argument;
  for (int i = 0; i < STEPS; i++) step(actor);
  return NULL;
}

/* The one who pumps, until the bridge is closed. */
static void *pump(void *argument) {
  struct stage *stage = argument;
  for (bool open = true; open;) {
    uint64_t tokens[4];
    uint32_t count = 0;
    pthread_rwlock_rdlock(&stage->lock);
    open = stage->bridge != NULL;
    if (open) CHECK(is_status(llmb_pump_wait(stage->bridge, tokens, 4, llmb_deadline_after_ms(1), &count, NULL)));
    pthread_rwlock_unlock(&stage->lock);
    CHECK(count <= 4);
    for (uint32_t i = 0; i < count; i++) {
      atomic_compare_exchange_strong(&stage->entries[tokens[i] % CALLS].watched, &tokens[i], 0);
    }
    nap_ms(1); /* so that whoever closes gets the lock */
  }
  return NULL;
}

static void play(struct stage *stage) {
  struct actor actors[THREADS];
  pthread_t pumper;
  CHECK_INT(0, pthread_create(&pumper, NULL, pump, stage));
  for (unsigned i = 0; i < THREADS; i++) {
    actors[i] = (struct actor){
        .stage = stage, .own = &stage->entries[i * CALLS_PER_THREAD], .random = {.state = stage->seed * THREADS + i}};
    CHECK_INT(0, pthread_create(&actors[i].thread, NULL, act, &actors[i]));
  }
  while (atomic_load(&stage->steps_done) < STEPS * THREADS * 3 / 4) nap_ms(1);
  pthread_rwlock_wrlock(&stage->lock);
  llmb_bridge_close(stage->bridge);
  stage->bridge = NULL;
  pthread_rwlock_unlock(&stage->lock);
  for (unsigned i = 0; i < THREADS; i++) CHECK_INT(0, pthread_join(actors[i].thread, NULL));
  CHECK_INT(0, pthread_join(pumper, NULL));
}

static void run_seed(uint64_t seed) {
  static struct stage stage;
  memset(&stage, 0, sizeof stage);
  stage.seed = seed;
  stage.bridge = bridge_of("pieces 3 1", "slots", "2", "queue", "4", "grace_ms", "20", "restart_limit", "1000",
                           "timeout_ms", "50", NULL); /* what holds a slot unread makes others wait */
  CHECK_INT(0, pthread_rwlock_init(&stage.lock, NULL));
  for (unsigned i = 0; i < CALLS; i++) CHECK_INT(0, pthread_mutex_init(&stage.entries[i].lock, NULL));
  play(&stage);
  for (unsigned i = 0; i < CALLS; i++) {
    struct entry *entry = &stage.entries[i];
    if (entry->call != NULL) note(entry, llmb_call_finish(entry->call, LLMB_NEVER, NULL, NULL), true);
    llmb_call_close(entry->call);
  }
  harness_leave();
  if (check_failures > 0) fprintf(stderr, "%s: seed %llu\n", check_name, (unsigned long long)seed);
  printf("     seed %llu: %llu steps, %llu calls\n", (unsigned long long)seed,
         (unsigned long long)atomic_load(&stage.steps_done), (unsigned long long)atomic_load(&stage.calls_started));
}

HOSTILE_TEST(sequence__at_random_gives_statuses_and_nothing_else) {
  for (unsigned i = 0; i < SEEDS * repeats() && check_failures == 0; i++) run_seed(i + 1);
}

CHECK_MAIN(TEST(sequence__at_random_gives_statuses_and_nothing_else))
