/* The host's side of the library lives through schedules of chance: bridges whose engines crash, hang, start slowly,
 * refuse, retire and are replaced, calls that are cancelled, closed or run out of time. What must always hold is looked
 * at whenever everyone sleeps. A failure says its seed; LLMB_TEST_SEED=N repeats that one alone, and LLMB_TEST_REPEATS
 * says how many there are. */
#include <stdlib.h>

#include "tests/check.h"
#include "api/bridge_object.h"
#include "api/call_object.h"
#include "core/policy.h"
#include "tests/unit/pool/simulation/pool_promises.h"

enum { SCHEDULES_QUICK = 20000, SLOTS_LIMIT = 4, NUMBER_SIZE = 24, CERTAIN_MS = 5000 };

static uint64_t begun_ns; /* when the schedule began */

static void end_call(struct client_call *client, llmb_status outcome) {
  client->over = true;
  client->outcomes++;
  promise_text(client, outcome == LLMB_OK);
  if (outcome == LLMB_OK) success_count++;
  if (client->certain && outcome != LLMB_OK && !client->cancelled && !closing) {
    world_break("in fair weather a call was not answered");
  }
  if (outcome == LLMB_E_POISONED && world.calls[client - calls].kill_count == 0) {
    world_break("a request is poisoned that has ended no engine");
  }
  if (outcome == LLMB_E_NOT_READY || outcome == LLMB_E_OVERLOADED) world_break("an outcome that is none");
  if (client->call->attempts > POOL_ATTEMPTS_MAX) world_break("too many attempts");
  if (world.now_ns > client->deadline_ns && !client->lazy) world_break("an outcome after the deadline");
  if (outcome == LLMB_E_CANCELLED && !client->cancelled && !closing) world_break("cancelled by nobody");
  const unsigned elapsed_s = (unsigned)((world.now_ns - begun_ns) / (1000 * WORLD_MS));
  if (10 * world.repeated_deaths > POOL_RETRY_TENTHS_MAX - POOL_RETRY_TENTHS_STOP + 9 + success_count + elapsed_s) {
    world_break("more deaths are answered by repeating than the budget allows");
  }
  uint64_t size = 0;
  uint8_t buffer[16];
  llmb_error error;
  llmb_error_init(&error);
  if (llmb_call_read(client->call, buffer, sizeof buffer, 0, &size, &error) != outcome || size != 0) {
    world_break("a second look finds another outcome");
  }
  llmb_call_close(client->call);
  client->call = NULL;
  if (!closing) promise_pool();
}

/* Reads what is there; true if the call is over. */
static bool read_call(struct client_call *client) {
  llmb_error error;
  llmb_error_init(&error);
  for (;;) {
    uint64_t size = 0;
    const llmb_status status = llmb_call_read(client->call, (uint8_t *)client->text + client->text_size,
                                              sizeof client->text - client->text_size, 0, &size, &error);
    if (status == LLMB_E_NOT_READY) return false;
    if (status != LLMB_OK || size == 0) {
      end_call(client, status);
      return true;
    }
    client->text_size += size;
  }
}

static void watch(unsigned number) {
  if (llmb_call_watch(calls[number].call, number, NULL) != LLMB_OK) world_break("a call cannot be watched");
}

static void put(llmb_settings *settings, const char *name, uint64_t value) {
  char text[NUMBER_SIZE];
  snprintf(text, sizeof text, "%llu", (unsigned long long)value);
  if (llmb_settings_set(settings, name, text, NULL) != LLMB_OK) world_break("a setting was refused");
}

static uint64_t below(uint64_t limit) {
  return random_next(&world.random, limit);
}

static void start_call(void) {
  static llmb_settings *settings;
  struct client_call *client = &calls[call_count];
  char prompt[64];
  *client = (struct client_call){.tokens = 1 + (uint32_t)below(12)};
  const bool fair = world.weather.bad_starts == 0 && world.weather.bad_requests == 0;
  const uint64_t timeout_ms = below(8) == 0 ? 1 + below(20) : 50 + below(20000);
  client->deadline_ns = world.now_ns + timeout_ms * WORLD_MS;
  const int size = snprintf(prompt, sizeof prompt, "%u %u %u", call_count, client->tokens, !fair && below(40) == 0);
  if (settings == NULL && llmb_settings_create(&settings, NULL) != LLMB_OK) abort();
  put(settings, "timeout_ms", timeout_ms);
  const uint64_t queue_timeout_ms = below(4) == 0 ? 1 + below(200) : 0;
  client->lazy = below(5) == 0;
  client->certain = fair && !client->lazy && timeout_ms > CERTAIN_MS && queue_timeout_ms == 0;
  put(settings, "queue_timeout_ms", queue_timeout_ms);
  put(settings, "stall_timeout_ms", 100 + below(1000));
  put(settings, "grace_ms", fair ? 1000 : below(100)); /* else a neighbour's end may be its own */
  llmb_error error;
  llmb_error_init(&error);
  if (llmb_call_start(bridge, (const uint8_t *)prompt, (uint64_t)size, settings, &client->call, &error) == LLMB_OK) {
    call_count++;
    if (!client->lazy) watch(call_count - 1);
    promise_pool();
    return;
  }
  /* Turned away at once: it is as if it had never been. */
  if (error.status == LLMB_OK) world_break("a call was refused without a reason");
}

static void open_bridge(void) {
  llmb_settings *settings = NULL;
  llmb_error error;
  llmb_error_init(&error);
  if (llmb_settings_create(&settings, NULL) != LLMB_OK) abort();
  world.alive_count_max = 1 + (unsigned)below(3);
  llmb_settings_set(settings, "engine", "fake", NULL);
  llmb_settings_set(settings, "home", SIMULATION_HOME, NULL);
  put(settings, "workers", world.alive_count_max);
  const uint64_t slots = 1 + below(SLOTS_LIMIT), recycle_calls = below(3) == 0 ? 1 + below(10) : 0;
  if (recycle_calls > 0) world.requests_max = (unsigned)(recycle_calls + recycle_calls / 10 + slots - 1);
  put(settings, "slots", slots);
  put(settings, "queue", below(10));
  put(settings, "retries", below(4));
  put(settings, "restart_limit", below(2) == 0 ? below(8) : 1000);
  put(settings, "restart_window_ms", 1 + below(60000));
  put(settings, "start_timeout_ms", below(4) == 0 ? 4000 + below(10000) : 50 + below(1000));
  put(settings, "recycle_calls", recycle_calls);
  put(settings, "recycle_mb", below(4) == 0 ? 1 + below(64) : 0);
  if (llmb_bridge_open(settings, &bridge, &error) != LLMB_OK) {
    fprintf(stderr, "no bridge: %s\n", error.message);
    abort();
  }
  llmb_settings_close(settings);
}

/* One turn of the host's loop: waits until something has come or its next act is due. */
static void turn(uint64_t until_ns) {
  uint64_t tokens[CALLS_MAX];
  uint32_t count = 0;
  if (llmb_pump_wait(bridge, tokens, CALLS_MAX, until_ns, &count, NULL) != LLMB_OK) world_break("the pump fails");
  for (uint32_t i = 0; i < count; i++) {
    if (!read_call(&calls[tokens[i]])) watch((unsigned)tokens[i]);
  }
}

static bool any_open(void) {
  for (unsigned i = 0; i < call_count; i++) {
    if (!calls[i].over) return true;
  }
  return false;
}

/* The caller of a call that nobody watches comes back to it. */
static void read_lazy_one(void) {
  struct client_call *client = &calls[below(call_count)];
  if (!client->over && client->lazy) (void)read_call(client);
}

/* Those that are left are waited for like the others. */
static void watch_lazy(void) {
  for (unsigned i = 0; i < call_count; i++) {
    if (calls[i].over || !calls[i].lazy) continue;
    watch(i);
  }
}

static void cancel_one(void) {
  struct client_call *client = &calls[below(call_count)];
  if (client->over) return;
  client->cancelled = true;
  llmb_call_cancel(client->call);
  promise_pool();
}

/* Each attempt of each call may cost an engine; beyond that there are pauses, or what cannot work is tried on and on.
 */
static void check_starts(uint64_t elapsed_ns) {
  const uint64_t attempts_max = (uint64_t)call_count * (POOL_ATTEMPTS_MAX + 1);
  const uint64_t pauses_max = 1 + elapsed_ns / POOL_BACKOFF_MIN_NS;
  if (world.spawn_count > attempts_max + world.alive_count_max * pauses_max)
    world_break("engines are started on and on");
}

static void live(void) {
  const uint64_t start_ns = world.now_ns;
  const unsigned wanted = 1 + (unsigned)below(CALLS_MAX);
  const bool closes_early = below(4) == 0;
  const uint64_t pause_ns = below(2) == 0 ? 2 * WORLD_MS : 2000 * WORLD_MS;
  for (unsigned acts = 0; acts < 2 * CALLS_MAX && call_count < wanted && world.broken == NULL; acts++) {
    start_call();
    if (call_count > 0 && below(6) == 0) cancel_one();
    if (call_count > 0 && below(3) == 0) read_lazy_one();
    const uint64_t until_ns = world.now_ns + world_between_ns(0, pause_ns);
    while (world.now_ns < until_ns && world.broken == NULL) turn(until_ns);
  }
  watch_lazy();
  while (any_open() && !closes_early && world.broken == NULL) turn(LLMB_NEVER);
  check_starts(world.now_ns - start_ns);
}

static void close_bridge(void) {
  const uint64_t start_ns = world.now_ns;
  closing = true;
  llmb_bridge_close(bridge);
  if (world.now_ns - start_ns > POOL_CLOSE_IDLE_NS + POOL_CLOSE_KILLED_NS) world_break("closing takes too long");
  for (unsigned i = 0; i < call_count; i++) {
    if (calls[i].over) continue;
    calls[i].deadline_ns = LLMB_NEVER;
    if (!read_call(&calls[i])) world_break("a call outlives its bridge");
    if (!calls[i].over) llmb_call_close(calls[i].call);
  }
  while (world_engines_alive() && world_engines_next_ns() != LLMB_NEVER) {
    if (world_engines_next_ns() > world.now_ns) world.now_ns = world_engines_next_ns();
    world_engines_run();
  }
  if (world_engines_alive()) world_break("an engine outlives its bridge");
  if (world.handle_count > 0) world_break("handles are left open");
  if (world_regions_mapped() > 0) world_break("memory is left mapped");
}

static const char *run_schedule(uint64_t seed) {
  static const unsigned rates[] = {0, 20, 100, 300, 700, 1000};
  world_begin(seed);
  call_count = success_count = 0;
  closing = false;
  world.weather = (struct world_weather){
      .bad_starts = rates[below(6)],
      .bad_requests = rates[below(6)],
      .one_way = below(2) == 0,
      .way = (unsigned)below(1000),
      .abilities = (uint32_t)below(4),
      .idle_ns = below(2) == 0 ? LLMB_NEVER / 2 : 5 * WORLD_MS,
      .full_sockets = rates[below(6)],
      .losses = rates[below(3)],
      .stops = rates[below(3)],
  };
  begun_ns = world.now_ns;
  open_bridge();
  world.before_sleep = promise_before_sleep;
  world.at_spawn = promise_at_spawn;
  live();
  if (world.broken == NULL) close_bridge();
  return world.broken;
}

static uint64_t number_of(const char *variable, uint64_t otherwise) {
  const char *text = getenv(variable);
  return text != NULL ? strtoull(text, NULL, 10) : otherwise;
}

static void seeded_schedules__break_no_promise(void) {
  const uint64_t only = number_of("LLMB_TEST_SEED", 0);
  const uint64_t first = only != 0 ? only : 1;
  const uint64_t last = only != 0 ? only : number_of("LLMB_TEST_REPEATS", SCHEDULES_QUICK);
  for (uint64_t seed = first; seed <= last; seed++) {
    if (seed % 1000 == 0) check_watch();
    const char *broken = run_schedule(seed);
    if (broken == NULL) continue;
    fprintf(stderr, "LLMB_TEST_SEED=%llu: %s\n", (unsigned long long)seed, broken);
    CHECK(broken == NULL);
    return;
  }
}

CHECK_MAIN(TEST(seeded_schedules__break_no_promise))
