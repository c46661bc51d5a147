/* The lives of the simulated engines' processes: started, ready, retired, dead, and told of. */
#include "tests/unit/pool/simulation/simulated_engine.h"

#include <stddef.h>
#include <string.h>

#include <llmbridge/engine.h>

#include "channel/handshake.h"

static struct simulated_engine engines[WORLD_ENGINES_MAX];
static unsigned engine_count;

struct simulated_engine *engine_of_id(uint64_t id) {
  return &engines[id - 1];
}

uint64_t engine_id(const struct simulated_engine *engine) {
  return (uint64_t)(engine - engines) + 1;
}

struct simulated_engine *engine_of_socket(os_handle host_end) {
  for (unsigned i = engine_count; i-- > 0;) {
    if (engines[i].host_end == host_end) return &engines[i];
  }
  return NULL;
}

struct simulated_engine *engine_of_post(os_handle post) {
  for (unsigned i = engine_count; i-- > 0;) {
    if (engines[i].post == post) return &engines[i];
  }
  return NULL;
}

struct simulated_engine *engine_newest(void) {
  return &engines[engine_count - 1];
}

struct simulated_engine *engine_of_order(os_handle engine_end) {
  for (unsigned i = engine_count; i-- > 0;) {
    if (engines[i].engine_end == engine_end) return &engines[i];
  }
  return NULL;
}

static void tell(struct simulated_engine *engine, enum keeper_event_kind kind) {
  struct keeper_event *event = &engine->told[(engine->told_first + engine->told_count++) % ENGINE_EVENTS_MAX];
  memset(event, 0, offsetof(struct keeper_event, log) + 1);
  event->kind = kind;
  event->status = world_way(2) == 0 ? LLMB_E_SPAWN_FAILED : LLMB_E_NOT_FOUND;
  event->exit_kind = engine->exit_kind;
  event->exit_value = engine->exit_value;
  event->memory_was_short = engine->memory_was_short;
  world_handle_ring(engine->events, true);
}

static void say(struct simulated_engine *engine, const void *bytes, uint64_t size) {
  struct engine_message *message =
      &engine->messages[(engine->message_first + engine->message_count++) % ENGINE_MESSAGES_MAX];
  memcpy(message->bytes, bytes, size);
  message->size = size;
  world_handle_ring(engine->post, true);
}

static void say_text(struct simulated_engine *engine, uint32_t type, int32_t detail) {
  const struct {
    struct handshake_text head;
    char text[4];
  } message = {{.type = type, .status = detail, .size = 2}, "{}"};
  say(engine, &message, sizeof message.head + message.head.size);
}

static void engine_gone(struct simulated_engine *engine) {
  engine->stage = ENGINE_GONE;
  engine->post_ended = true;
  world_handle_ring(engine->post, true);
  if (!engine->untold) tell(engine, engine->lost ? KEEPER_EVENT_LOST : KEEPER_EVENT_EXIT);
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

void world_engines_forget(void) {
  engine_count = 0;
  simulated_keeper_forget();
}

void world_engines_run(void) {
  simulated_keeper_run();
  for (unsigned i = 0; i < engine_count; i++) {
    if (engines[i].stage != ENGINE_GONE) engine_run(&engines[i]);
  }
}

uint64_t world_engines_next_ns(void) {
  uint64_t next_ns = simulated_keeper_next_ns();
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
  if (before->lost || before->exit_value == SIGNAL_KILL) return; /* nothing is spent on a kill from elsewhere */
  before->counted = true;
  world.repeated_deaths++;
}

void engine_make(os_handle host_end, os_handle engine_end) {
  if (engine_count == WORLD_ENGINES_MAX) {
    world_break("more engines than the world has room for");
    engine_count = 0;
  }
  if (world.at_spawn != NULL) world.at_spawn(); /* the order may have to wait for room */
  struct simulated_engine *engine = &engines[engine_count++];
  memset(engine, 0, sizeof *engine);
  engine->host_end = host_end;
  engine->bell = engine->engine_end = engine_end; /* closed by the host once the keeper has it */
  engine->stage = ENGINE_GONE;                    /* until it is asked for */
  engine->wake_ns = LLMB_NEVER;
}
