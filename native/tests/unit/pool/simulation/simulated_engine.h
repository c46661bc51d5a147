/* One engine of the simulated world: its process, seen from the keeper, and its half of the channel. */
#ifndef LLMB_SIMULATED_ENGINE_H
#define LLMB_SIMULATED_ENGINE_H

#include "channel/channel_layout.h"
#include "channel/channel_limits.h"
#include "channel/frame.h"
#include "channel/ring.h"
#include "tests/unit/pool/simulation/simulated_world.h"

enum { SIGNAL_KILL = 9, SIGNAL_SEGV = 11 };
enum { ENGINE_SLOTS_MAX = 4, ENGINE_MESSAGES_MAX = 8, ENGINE_MESSAGE_SIZE_MAX = 512, ENGINE_EVENTS_MAX = 4 };

enum engine_stage {
  ENGINE_UNBORN,   /* asked for; the keeper has not started it */
  ENGINE_STARTING, /* it will say hello */
  ENGINE_LOADING,
  ENGINE_SERVING,
  ENGINE_STUCK, /* does nothing ever again */
  ENGINE_DYING, /* will be gone in a moment */
  ENGINE_GONE
};

enum start_fate { START_WELL, START_SLOWLY, START_NOT_AT_ALL, START_CRASHES, START_REFUSES, START_STICKS };

enum request_fate {
  REQUEST_ANSWERED,
  REQUEST_KILLS_UNSEEN, /* before it is accepted */
  REQUEST_KILLS,        /* when it has come as far as kill_at tokens */
  REQUEST_STICKS,       /* gives up only when it is told to */
  REQUEST_STICKS_DEAF,  /* not even then */
  REQUEST_FAILS,
  REQUEST_BREAKS /* the protocol */
};

struct engine_slot {
  struct ring_reader requests;
  struct ring_writer responses;
  bool working, always_kills;
  enum request_fate fate;
  unsigned call; /* number in its prompt */
  uint64_t call_id, wake_ns;
  uint32_t tokens_done, tokens_all, kill_at;
};

struct engine_message {
  uint8_t bytes[ENGINE_MESSAGE_SIZE_MAX];
  uint64_t size;
};

struct simulated_engine {
  enum engine_stage stage;
  enum start_fate start;
  uint32_t abilities;
  os_handle host_end, engine_end, post, bell, worker_bell, events, slot_bells[ENGINE_SLOTS_MAX];
  struct channel_region *region;
  uint32_t slot_count;
  bool host_gone, post_ended; /* seen from the engine, and from the host */
  uint64_t wake_ns;           /* of its stage; LLMB_NEVER if nothing is due */
  uint64_t order_room_ns;     /* when the keeper's socket takes its order; 0: nobody has tried */
  int32_t exit_kind, exit_value;
  bool memory_was_short;
  bool lost, counted; /* its end is a loss of the keeper; its death is in repeated_deaths */
  bool untold;        /* the keeper says nothing of its end */
  bool sleeps;
  unsigned accepted_count;
  uint64_t idle_since_ns;
  struct engine_message messages[ENGINE_MESSAGES_MAX];
  unsigned message_first, message_count;
  struct keeper_event told[ENGINE_EVENTS_MAX];
  unsigned told_first, told_count;
  struct engine_slot slots[ENGINE_SLOTS_MAX];
};

/* A new engine, which nobody has asked for yet. */
void engine_make(os_handle host_end, os_handle engine_end);

/* The engine with this end of its socket or post, the last one that was made, or the one with this number, from 1. */
struct simulated_engine *engine_of_socket(os_handle host_end);
struct simulated_engine *engine_of_order(os_handle engine_end);
struct simulated_engine *engine_of_post(os_handle post);
struct simulated_engine *engine_newest(void);
struct simulated_engine *engine_of_id(uint64_t id);
uint64_t engine_id(const struct simulated_engine *engine);

/* The keeper: its part of world_engines_forget, world_engines_run and world_engines_next_ns. */
void simulated_keeper_forget(void);
void simulated_keeper_run(void);
uint64_t simulated_keeper_next_ns(void);

/* When the host is to give up a keeper that has not greeted; LLMB_NEVER if it has, or has been given up. */
uint64_t simulated_keeper_mute_until_ns(void);

/* Serves what is due in its slots; when the next thing is due. */
void engine_serve(struct simulated_engine *engine);
uint64_t engine_serve_next_ns(const struct simulated_engine *engine);

/* A call that another engine had begun is begun again here: that one's death is one to the retry budget. */
void engine_note_accepted(struct simulated_engine *engine, unsigned call);

/* It will be gone after a moment. */
void engine_die(struct simulated_engine *engine, int32_t exit_kind, int32_t exit_value, uint64_t after_ns);

#endif
