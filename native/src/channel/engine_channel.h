/* The engine's side of the channel: what stands behind the engine SDK. One thread serves; only the counters that
 * llmb_request_cancelled and llmb_request_progress touch may be used by others meanwhile. */
#ifndef LLMB_ENGINE_CHANNEL_H
#define LLMB_ENGINE_CHANNEL_H

#include <pthread.h>

#include <llmbridge/engine.h>

#include "channel/channel_layout.h"
#include "channel/channel_limits.h"
#include "channel/frame.h"
#include "channel/ring.h"
#include "channel/spin.h"
#include "core/settings_set.h"
#include "keeper/keeper_lifeline.h"
#include "platform/os_handle.h"

enum engine_slot_state {
  ENGINE_SLOT_IDLE,      /* waiting for a frame's head */
  ENGINE_SLOT_RECEIVING, /* a request is coming in */
  ENGINE_SLOT_WORKING    /* the engine has the request */
};

struct llmb_request {
  llmb_engine *engine;
  struct channel_slot *shared;
  uint32_t slot;
  enum engine_slot_state state;
  struct ring_reader requests;
  struct ring_writer responses;

  struct frame_head head; /* of the request being received or worked on */
  struct frame_submit submit;
  uint8_t *payload; /* settings pairs, then input, then a NUL */
  uint64_t payload_size, payload_received, payload_capacity;
  bool has_settings, accepted, answered; /* answered: in part */
  const char *input;                     /* in the payload */
  int32_t *resume_tokens;                /* aligned copy; NULL if none */
  uint32_t item_index; /* of the item that begins at item_offset of the input: where the last look ended */
  uint64_t item_offset;
  llmb_settings settings; /* decoded when the request has any; else the engine's stand in */
  uint64_t decoded_size;  /* of the pairs they were decoded from: the next request often has the same */

  uint8_t *backlog; /* frames that did not fit into the ring yet */
  uint64_t backlog_size, backlog_sent, backlog_capacity;
};

struct llmb_engine {
  os_handle socket; /* the host's opening messages, then its rings, at last its end */
  os_handle post, worker_bell;
  os_handle watched; /* what llmb_engine_watch was given */
  os_handle slot_bells[CHANNEL_SLOTS_MAX];
  struct channel_region *region;
  uint64_t region_size;
  uint32_t slot_count, next_slot, working_count;
  uint64_t seen_sequence;
  uint64_t idle_ns;       /* how long without a request before it retires; LLMB_NEVER is never */
  uint64_t idle_since_ns; /* 0 if it is not; an engine that wakes for itself meanwhile stays idle */
  struct spin spin;
  struct keeper_lifeline lifeline;
  pthread_t watcher;
  uint32_t abilities;
  uint32_t layers; /* of the sandbox: bits of os_confine_layer that hold */
  bool watching, host_gone;
  bool in_process;   /* a thread of the host's: there is no keeper, and nothing may be given up */
  bool news_pending; /* the host wrote what the engine was not told of: room, a wish to cancel */
  bool look_again;   /* slots may hold more than the last look took, though the sequence says nothing new */
  llmb_settings settings;
  struct llmb_request requests[CHANNEL_SLOTS_MAX];
};

/* Connects an engine that is a thread of its host's process; takes the socket over. */
llmb_status engine_connect_thread(const char *name, const char *version, os_handle socket, llmb_engine **out);

/* Rings the host if it sleeps on this slot, whatever it sleeps for. */
void engine_ring_host(struct llmb_request *request);

/* Who waits for a frame. */
enum engine_frame_news {
  ENGINE_NO_NEWS,   /* nobody: it is there for whoever looks after a death */
  ENGINE_PART_NEWS, /* readers that take an answer as it comes */
  ENGINE_END_NEWS
};

/* Writes one frame; what does not fit into the ring goes to the backlog. */
llmb_status engine_send_frame(struct llmb_request *request, uint32_t type, const void *first, uint64_t first_size,
                              const void *second, uint64_t second_size, enum engine_frame_news news);

/* Moves what it can from the backlog to the ring. */
void engine_flush_backlog(struct llmb_request *request);

/* Whether the host has written since engine_note_writes. */
bool engine_host_wrote(const llmb_engine *engine);

/* Sleeps until the host writes, the host is gone, what is watched is readable (true) or the deadline passes. */
bool engine_sleep(llmb_engine *engine, uint64_t deadline_ns);

/* Sends the host one message; waits for one that is behind, up to a limit. */
llmb_status engine_post(const llmb_engine *engine, const void *message, uint64_t size);

/* Tells the host that nothing more is accepted here. */
void engine_retire(llmb_engine *engine);

/* Remembers that the host has written, if it has. The only place that takes the sequence in: a write that came between
 * a look at it and another would concern nobody. */
void engine_note_writes(llmb_engine *engine);

/* Takes in what has come for the slot; *out_complete says that the engine can have the request. A request that breaks
 * the protocol is LLMB_E_PROTOCOL_ERROR: the host is not one of ours. */
llmb_status engine_receive(struct llmb_request *request, bool *out_complete);

/* Whether the host has no use for this request's answer any more. */
bool engine_is_unwanted(const struct llmb_request *request);

/* Gives the slot back after the request's last frame was written. */
void engine_request_reset(struct llmb_request *request);

#endif
