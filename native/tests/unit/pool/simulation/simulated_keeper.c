/* The simulated keeper and the lives of its engines' processes: started, ready, retired, dead, and told of. */
#include <llmbridge/engine.h>

#include <stddef.h>
#include <string.h>

#include "channel/handshake.h"
#include "core/error.h"
#include "core/policy.h"
#include "keeper/keeper_hold.h"
#include "simulated_engine.h"

enum { SIGNAL_KILL = 9 };

/* The keeper: it greets after a while, or never. An order may be given before it has greeted. */
struct keeper_hold {
  unsigned references;
  bool greeted, failed;
  os_handle greeting;             /* open until it is decided whether it greets */
  uint64_t started_ns, greets_ns; /* LLMB_NEVER: it does not */
};

static struct keeper_hold the_keeper;
static struct simulated_engine engines[WORLD_ENGINES_MAX];
static unsigned engine_count;

void world_engines_forget(void) {
  engine_count = 0;
  the_keeper = (struct keeper_hold){.greeting = OS_HANDLE_NONE, .greets_ns = LLMB_NEVER};
}

static struct simulated_engine *engine_of_socket(os_handle host_end) {
  for (unsigned i = engine_count; i-- > 0;) {
    if (engines[i].host_end == host_end) return &engines[i];
  }
  return NULL;
}

static struct simulated_engine *engine_of_order(os_handle engine_end) {
  for (unsigned i = engine_count; i-- > 0;) {
    if (engines[i].engine_end == engine_end) return &engines[i];
  }
  return NULL;
}

/* What the host hears. */

static void tell(struct simulated_engine *engine, enum keeper_event_kind kind) {
  struct keeper_event *event = &engine->told[(engine->told_first + engine->told_count++) % ENGINE_EVENTS_MAX];
  memset(event, 0, offsetof(struct keeper_event, log) + 1);
  event->kind = kind;
  event->status = world_way(2) == 0 ? LLMB_E_SPAWN_FAILED : LLMB_E_NOT_FOUND;
  event->exit_kind = engine->exit_kind;
  event->exit_value = engine->exit_value;
  world_handle_ring(engine->events, true);
}

static void say(struct simulated_engine *engine, const void *bytes, uint64_t size) {
  struct engine_message *message =
      &engine->messages[(engine->message_first + engine->message_count++) % ENGINE_MESSAGES_MAX];
  memcpy(message->bytes, bytes, size);
  message->size = size;
  world_handle_ring(engine->host_end, true);
}

static void say_text(struct simulated_engine *engine, uint32_t type, int32_t detail) {
  const struct {
    struct handshake_text head;
    char text[4];
  } message = {{.type = type, .status = detail, .size = 2}, "{}"};
  say(engine, &message, sizeof message.head + message.head.size);
}

/* Its life. */

static void engine_gone(struct simulated_engine *engine) {
  engine->stage = ENGINE_GONE;
  engine->socket_ended = true;
  world_handle_ring(engine->host_end, true);
  tell(engine, engine->lost ? KEEPER_EVENT_LOST : KEEPER_EVENT_EXIT);
  if (engine->region != NULL) world_region_left(engine->region, false);
  world.alive_count--;
}

void engine_die(struct simulated_engine *engine, int32_t exit_kind, int32_t exit_value, uint64_t after_ns) {
  if (engine->stage == ENGINE_GONE || engine->stage == ENGINE_DYING) return;
  engine->stage = ENGINE_DYING;
  engine->exit_kind = exit_kind;
  engine->exit_value = exit_value;
  engine->wake_ns = world.now_ns + after_ns;
}

static void engine_born(struct simulated_engine *engine) {
  if (engine->start == START_NOT_AT_ALL) {
    engine->stage = ENGINE_GONE;
    world.alive_count--;
    world_region_left(engine->region, false);
    tell(engine, KEEPER_EVENT_SPAWN_FAILED);
    return;
  }
  tell(engine, KEEPER_EVENT_SPAWNED);
  engine->stage = ENGINE_STARTING;
  engine->wake_ns = world.now_ns + world_between_ns(0, 2 * WORLD_MS);
}

static void engine_greet(struct simulated_engine *engine) {
  const struct handshake_hello hello = {
      .type = HANDSHAKE_HELLO, .protocol_version = CHANNEL_PROTOCOL_VERSION, .name = "simulated"};
  say(engine, &hello, sizeof hello);
  engine->stage = engine->start == START_STICKS ? ENGINE_STUCK : ENGINE_LOADING;
  const uint64_t load_ns = engine->start == START_SLOWLY ? 400 * WORLD_MS : 20 * WORLD_MS;
  engine->wake_ns = engine->stage == ENGINE_STUCK ? LLMB_NEVER : world.now_ns + world_between_ns(0, load_ns);
}

static void engine_finish_load(struct simulated_engine *engine) {
  static const llmb_status refusals[] = {LLMB_E_OUT_OF_MEMORY, LLMB_E_OUT_OF_MEMORY, LLMB_E_MODEL_INVALID,
                                         LLMB_E_ENGINE_ERROR};
  if (engine->start == START_CRASHES) {
    engine_die(engine, LLMB_EXIT_SIGNAL, SIGNAL_KILL, 0);
  } else if (engine->start == START_REFUSES) {
    say_text(engine, HANDSHAKE_REFUSED, refusals[world_way(sizeof refusals / sizeof refusals[0])]);
    engine_die(engine, LLMB_EXIT_CODE, 1, world_between_ns(0, WORLD_MS));
  } else {
    say_text(engine, HANDSHAKE_READY, (int32_t)engine->abilities);
    engine->stage = ENGINE_SERVING;
    engine->wake_ns = LLMB_NEVER;
    engine->idle_since_ns = world.now_ns;
  }
}

static void engine_retire_when_idle(struct simulated_engine *engine) {
  for (uint32_t slot = 0; slot < engine->slot_count; slot++) {
    if (engine->slots[slot].working) return;
  }
  if (world.now_ns < engine->idle_since_ns + world.weather.idle_ns) return;
  say_text(engine, HANDSHAKE_RETIRING, 0);
  engine_die(engine, LLMB_EXIT_CODE, 0, world_between_ns(0, 2 * WORLD_MS));
}

static void engine_run(struct simulated_engine *engine) {
  if (engine->host_gone && engine->stage > ENGINE_UNBORN && engine->stage != ENGINE_STUCK) {
    engine_die(engine, LLMB_EXIT_CODE, 0, world_between_ns(0, 5 * WORLD_MS));
  }
  if (engine->stage == ENGINE_SERVING) engine_serve(engine);
  if (engine->stage == ENGINE_SERVING) engine_retire_when_idle(engine);
  if (world.now_ns < engine->wake_ns) return;
  if (engine->stage == ENGINE_UNBORN) {
    engine_born(engine);
  } else if (engine->stage == ENGINE_STARTING) {
    engine_greet(engine);
  } else if (engine->stage == ENGINE_LOADING) {
    engine_finish_load(engine);
  } else if (engine->stage == ENGINE_DYING) {
    engine_gone(engine);
  }
}

static void keeper_run(void) {
  if (the_keeper.references == 0 || the_keeper.greeted || world.now_ns < the_keeper.greets_ns) return;
  world_handle_ring(the_keeper.greeting, true);
}

void world_engines_run(void) {
  keeper_run();
  for (unsigned i = 0; i < engine_count; i++) {
    if (engines[i].stage != ENGINE_GONE) engine_run(&engines[i]);
  }
}

uint64_t world_engines_next_ns(void) {
  uint64_t next_ns = LLMB_NEVER;
  if (the_keeper.references > 0 && the_keeper.greets_ns > world.now_ns) next_ns = the_keeper.greets_ns;
  for (unsigned i = 0; i < engine_count; i++) {
    const struct simulated_engine *engine = &engines[i];
    if (engine->stage == ENGINE_GONE) continue;
    if (engine->wake_ns < next_ns) next_ns = engine->wake_ns;
    if (engine->stage != ENGINE_SERVING) continue;
    const uint64_t serve_ns = engine_serve_next_ns(engine);
    const uint64_t idle_ns = engine->idle_since_ns + world.weather.idle_ns;
    if (serve_ns < next_ns) next_ns = serve_ns;
    if (idle_ns > world.now_ns && idle_ns < next_ns) next_ns = idle_ns;
  }
  return next_ns;
}

bool world_engines_alive(void) {
  for (unsigned i = 0; i < engine_count; i++) {
    if (engines[i].stage != ENGINE_GONE) return true;
  }
  return false;
}

void engine_note_accepted(struct simulated_engine *engine, unsigned call) {
  struct simulated_engine *before = world.calls[call].engine;
  world.calls[call].engine = engine;
  if (++engine->accepted_count > world.requests_max && world.requests_max > 0) {
    world_break("an engine that is to be replaced gets more requests");
  }
  if (before == NULL || before->counted) return;
  before->counted = true;
  world.repeated_deaths++;
}

/* Sockets. */

void world_socket_made(os_handle host_end, os_handle engine_end) {
  if (engine_count == WORLD_ENGINES_MAX) {
    world_break("more engines than the world has room for");
    engine_count = 0;
  }
  if (world.at_spawn != NULL) world.at_spawn(); /* the order may have to wait for room */
  struct simulated_engine *engine = &engines[engine_count++];
  memset(engine, 0, sizeof *engine);
  engine->host_end = host_end;
  engine->engine_end = engine_end; /* closed by the host once the keeper has it */
  engine->stage = ENGINE_GONE;     /* until it is asked for */
  engine->wake_ns = LLMB_NEVER;
}

static void prepare_slots(struct simulated_engine *engine) {
  for (uint32_t i = 0; i < engine->slot_count; i++) {
    struct channel_slot *shared = &engine->region->slots[i];
    engine->slots[i].requests = (struct ring_reader){
        .written = &shared->request_written,
        .read = &shared->request_read,
        .bytes = channel_request_bytes(engine->region, engine->slot_count, i),
        .size = CHANNEL_REQUEST_RING_SIZE,
    };
    engine->slots[i].responses = (struct ring_writer){
        .written = &shared->response_written,
        .read = &shared->response_read,
        .bytes = channel_response_bytes(engine->region, engine->slot_count, i),
        .size = CHANNEL_RESPONSE_RING_SIZE,
    };
  }
}

llmb_status world_socket_sent(os_handle host_end, const void *bytes, uint64_t size, const os_handle *handles) {
  struct simulated_engine *engine = engine_of_socket(host_end);
  struct handshake_open open;
  struct handshake_bells bells;
  uint32_t type = 0;
  memcpy(&type, bytes, sizeof type);
  if (type == HANDSHAKE_OPEN && size >= sizeof open) {
    memcpy(&open, bytes, sizeof open);
    engine->slot_count = open.slot_count;
    engine->region = world_region_newest();
    engine->bell = handles[1];
    engine->bridge_bell = handles[2];
    prepare_slots(engine);
  } else if (type == HANDSHAKE_BELLS && size == sizeof bells) {
    memcpy(&bells, bytes, sizeof bells);
    for (uint32_t i = 0; i < bells.count; i++) engine->slot_bells[bells.first_slot + i] = handles[i];
  }
  return LLMB_OK;
}

llmb_status world_socket_take(os_handle host_end, void *bytes, uint64_t capacity, uint64_t *size) {
  struct simulated_engine *engine = engine_of_socket(host_end);
  if (engine->message_count == 0) return engine->socket_ended ? LLMB_E_UNAVAILABLE : LLMB_E_NOT_READY;
  const struct engine_message *message = &engine->messages[engine->message_first];
  if (message->size > capacity) return LLMB_E_PROTOCOL_ERROR;
  memcpy(bytes, message->bytes, message->size);
  *size = message->size;
  engine->message_first = (engine->message_first + 1) % ENGINE_MESSAGES_MAX;
  engine->message_count--;
  world_handle_ring(host_end, engine->message_count > 0 || engine->socket_ended);
  return LLMB_OK;
}

void world_socket_ended(os_handle host_end) {
  struct simulated_engine *engine = engine_of_socket(host_end);
  engine->host_gone = engine->socket_ended = true;
  engine->message_count = 0;
  world_handle_ring(host_end, true);
}

/* The keeper. */

static void keeper_begin(void) {
  the_keeper.greeted = the_keeper.failed = false;
  the_keeper.started_ns = world.now_ns;
  the_keeper.greets_ns = world.now_ns + world_between_ns(0, 2 * WORLD_MS);
  if (world_chance(world.weather.bad_starts)) the_keeper.greets_ns += world_between_ns(0, 3000 * WORLD_MS);
  if (world_chance(world.weather.bad_starts / 4)) the_keeper.greets_ns = LLMB_NEVER;
  if (the_keeper.greeting == OS_HANDLE_NONE) the_keeper.greeting = world_handle_make();
  world_handle_ring(the_keeper.greeting, false);
}

llmb_status keeper_hold_acquire(const char *program, struct keeper_hold **out, llmb_error *error) {
  (void)program;
  if (world_chance(world.weather.bad_starts / 8)) {
    return error_set(error, LLMB_E_SPAWN_FAILED, LLMB_PHASE_START, "no keeper today");
  }
  if (the_keeper.references++ == 0 || the_keeper.failed) keeper_begin();
  *out = &the_keeper;
  return LLMB_OK;
}

llmb_status keeper_hold_greeting(struct keeper_hold *hold, uint64_t now_ns, llmb_error *error) {
  if (!hold->greeted && !hold->failed && now_ns >= hold->greets_ns) {
    hold->greeted = true;
    hold->greeting = os_handle_close(hold->greeting);
  }
  if (!hold->greeted && now_ns >= hold->started_ns + KEEPER_START_TIMEOUT_NS) {
    hold->failed = true;
    hold->greeting = os_handle_close(hold->greeting);
  }
  if (hold->failed) return error_set(error, LLMB_E_START_TIMEOUT, LLMB_PHASE_START, "the keeper did not greet");
  return hold->greeted ? LLMB_OK : LLMB_E_NOT_READY;
}

uint64_t keeper_hold_greeting_until_ns(struct keeper_hold *hold, os_handle *out_handle) {
  *out_handle = hold->greeting;
  return hold->greeting != OS_HANDLE_NONE ? hold->started_ns + KEEPER_START_TIMEOUT_NS : LLMB_NEVER;
}

void keeper_hold_await_leaving(void) {
}

void keeper_hold_distrust(struct keeper_hold *hold) {
  (void)hold;
  world_break("a keeper that tells everything was distrusted");
}

struct keeper_hold *keeper_hold_retain(struct keeper_hold *hold) {
  hold->references++;
  return hold;
}

struct keeper_hold *keeper_hold_release(struct keeper_hold *hold) {
  if (hold == NULL) return NULL;
  if (hold->references-- == 0) world_break("the keeper was released once too often");
  if (hold->references == 0) hold->greeting = os_handle_close(hold->greeting);
  return NULL;
}

llmb_status keeper_hold_spawn(struct keeper_hold *hold, const struct keeper_spawn *spawn, struct engine_process *out,
                              llmb_error *error) {
  static const enum start_fate bad[] = {START_SLOWLY, START_NOT_AT_ALL, START_CRASHES, START_REFUSES, START_STICKS};
  (void)error;
  if (world_chance(world.weather.bad_starts / 4)) return LLMB_E_NOT_READY; /* its socket is full */
  struct simulated_engine *engine = engine_of_order(spawn->engine_socket);
  world_region_entered(engine->region);
  engine->stage = ENGINE_UNBORN;
  engine->wake_ns = hold->greeted ? world.now_ns : hold->greets_ns;
  if (engine->wake_ns != LLMB_NEVER) engine->wake_ns += world_between_ns(0, 2 * WORLD_MS);
  engine->start = START_WELL;
  if (world_chance(world.weather.bad_starts)) engine->start = bad[world_way(sizeof bad / sizeof bad[0])];
  engine->abilities = world.weather.abilities;
  engine->events = world_handle_make();
  *out = (struct engine_process){
      .events = engine->events, .process = OS_HANDLE_NONE, .id = (uint64_t)(engine - engines) + 1};
  world.spawn_count++;
  if (++world.alive_count > world.alive_count_max) world_break("more engines live than there may be workers");
  return LLMB_OK;
}

void keeper_hold_kill(struct keeper_hold *hold, struct engine_process *process) {
  (void)hold;
  struct simulated_engine *engine = &engines[process->id - 1];
  engine->lost = world_chance(world.weather.losses);
  engine_die(engine, LLMB_EXIT_SIGNAL, SIGNAL_KILL, world_between_ns(0, 5 * WORLD_MS));
}

void keeper_hold_abandon(void) {
}

llmb_status engine_process_next_event(struct engine_process *process, struct keeper_event *out) {
  struct simulated_engine *engine = &engines[process->id - 1];
  if (engine->told_count == 0) return LLMB_E_NOT_READY;
  *out = engine->told[engine->told_first];
  engine->told_first = (engine->told_first + 1) % ENGINE_EVENTS_MAX;
  engine->told_count--;
  world_handle_ring(engine->events, engine->told_count > 0);
  if (out->kind == KEEPER_EVENT_SPAWNED) {
    process->process = world_handle_make();
    process->pid = (int64_t)process->id;
  } else {
    process->ended = true;
  }
  return LLMB_OK;
}

/* An engine that nobody watches any more is killed. */
void engine_process_close(struct engine_process *process) {
  if (process->events == OS_HANDLE_NONE) return;
  engine_die(&engines[process->id - 1], LLMB_EXIT_SIGNAL, SIGNAL_KILL, 0);
  process->events = os_handle_close(process->events);
  process->process = os_handle_close(process->process);
}
