/* One worker: an engine's process, seen from the host, with its channel. Everything here is called under the bridge's
 * lock, except what slot.h says of a slot's owner, and `dead`. */
#ifndef LLMB_CONNECTION_H
#define LLMB_CONNECTION_H

#include <stdatomic.h>
#include <stdbool.h>

#include "channel/channel_limits.h"
#include "channel/engine_thread.h"
#include "channel/handshake.h"
#include "core/command_text.h"
#include "keeper/keeper_hold.h"
#include "keeper/share_protocol.h"
#include "platform/os_post.h"
#include "pool/recycle.h"
#include "pool/restart_policy.h"
#include "pool/death_cause.h"
#include "pool/slot.h"
#include "pool/worker_states.h"

/* Which server a shared engine has, and what it is told if it must be started. */
struct share_launch {
  char folder[SHARE_FOLDER_SIZE], key[SHARE_KEY_SIZE];
  char *parts; /* what the key stands for */
  uint64_t parts_size;
  char *model;         /* its path; NULL if there is none */
  uint64_t model_size; /* of what stands for its files, which is the end of `parts` */
  uint32_t engine_count_max;
  uint32_t restart_limit;
  uint64_t restart_window_ns;
};

/* How to start an engine: made once, when the bridge is opened. */
struct launch {
  char *keeper_program;
  char *engine_program;
  const char *const *arguments; /* one of the next two */
  const char *module_arguments[3];
  char *module_path;          /* with isolation=inproc: what is loaded into this process instead; else NULL */
  struct share_launch *share; /* with isolation=shared; else NULL */
  struct command *command;    /* of an engine that is a program of the user's; else NULL */
  char **environment;
  char *log_file; /* NULL for none */
  char *pairs;    /* the bridge settings the engine gets */
  uint64_t pairs_size;
  uint32_t slot_count;
  uint64_t start_timeout_ns;
  uint32_t layers_required; /* of the sandbox: an engine that lacks one is not used */
  uint32_t layers_wanted;   /* the same, used but told of */
  char engine[32];          /* its name */
};

/* The longest message in whole packets, and one more packet, by which a longer one is known. */
enum {
  CONNECTION_MESSAGE_SIZE =
      ((int)sizeof(struct handshake_text) + CHANNEL_INFO_SIZE_MAX) / OS_POST_PACKET_SIZE * OS_POST_PACKET_SIZE +
      2 * OS_POST_PACKET_SIZE
};

/* Where a worker that is a shared engine is with its server. */
enum share_stage {
  SHARE_NONE,     /* it is no shared engine */
  SHARE_LOOKING,  /* for a server that can be connected to */
  SHARE_ORDERING, /* there was none: a candidate is being started */
  SHARE_GREETED,  /* connected; the server's first word is to come */
  SHARE_ATTACHED,
  SHARE_OVER
};
enum { SHARE_CANDIDATES_MAX = 32, SHARE_LOSSES_MAX = 32 }; /* of one worker's start */

struct share_link {
  enum share_stage stage;
  os_handle server, process; /* its socket, and its process */
  os_handle starter;         /* the candidate's word */
  int64_t server_pid;
  uint64_t until_ns; /* for the stage */
  uint64_t again_ns; /* when to look again for a server that cannot be connected to */
  uint32_t candidate_count, loss_count;
  uint32_t working_at_end; /* calls that the engine had when it died, of all its hosts */
  uint64_t load_progress;
};

struct connection {
  unsigned references;
  struct keeper_hold *keeper;
  struct engine_process process;
  struct engine_thread *thread; /* with isolation=inproc, in place of keeper and process; NULL once it was joined */
  enum worker_state state;
  _Atomic uint32_t dead; /* the process has ended: what its rings hold is all there will ever be */

  const struct launch *launch; /* of an engine that has a process, while it starts */
  os_handle engine_end;        /* the engine's end of `socket` until the keeper was given it, else OS_HANDLE_NONE */
  os_handle socket;            /* to the engine, which hears its end as the host's */
  os_handle post;              /* from the engine */
  bool post_ended;         /* nothing more comes from it; it is closed with the rest, since others may be polling it */
  struct engine_bell bell; /* of all slots: a pump's */
  struct engine_bell slots_bell; /* of a shared engine: for the callers of all slots */
  struct share_link share;
  _Atomic uint32_t trusted; /* the descriptors were found to be its own since connection_doubt */
  struct channel_region *region;
  uint64_t region_size;
  uint32_t slot_count, busy_count;
  uint64_t next_call_id;
  uint64_t last_breath_ns; /* STOPPING: when to stop waiting for its exit; LLMB_NEVER if not waiting */
  uint64_t opened_ns, ready_ns;
  uint64_t calls_given;
  struct restart_worker restart; /* what the restart policy knows of it */
  bool keeper_stalled;           /* its keeper did not start it in time */
  bool killed;                   /* its end should be reported any moment */
  uint64_t load_progress_seen, load_progress_ns, start_timeout_ns;
  uint32_t layers; /* of its sandbox: bits of llmb_sandbox_layer */
  uint32_t layers_required, layers_wanted;
  uint32_t abilities;     /* bits of llmb_engine_ability */
  bool exclusive;         /* it works on a call that may be what killed another: no call is placed beside it */
  uint32_t busy_at_end;   /* calls it had when it died */
  enum death_cause cause; /* why, once dead */
  const struct pool_ticket *largest; /* of the calls it had then: the one with the largest request; only compared */
  bool retired;                      /* it announced its end */
  bool recycled;                     /* the host has had enough of it: no more calls, and then it is dismissed */
  bool dismissed; /* it was told to end when it had nothing more to do, or this process has closed its descriptors:
                     however it then ends is no failure */
  bool served;    /* it was ready once */

  bool repeats_decided, repeats; /* whether its calls may be begun again, once one has asked */
  struct recycle recycle;
  struct keeper_event end; /* how it ended, once dead */
  llmb_status failure;     /* why it was stopped, if the host or its own refusal did: LLMB_OK if neither */
  char failure_text[512];
  char last_words[512];
  char name[HANDSHAKE_NAME_SIZE], version[HANDSHAKE_VERSION_SIZE];
  char *info;

  uint8_t message[CONNECTION_MESSAGE_SIZE]; /* being received: too large for a stack */
  uint64_t message_size;                    /* of the packets that have come */
  struct slot slots[CHANNEL_SLOTS_MAX];
};

/* Has an engine started; its events follow. Waits for nothing: a keeper that must be started first, or has no room for
 * the order, is seen to by connection_step. `launch` must outlive the worker's start. */
llmb_status connection_open(const struct launch *launch, struct connection **out, llmb_error *error);

/* Orders the engine, or the server of a shared one, from the keeper. LLMB_E_NOT_READY if the keeper's socket is full:
 * to be tried again. */
llmb_status connection_order(struct connection *connection, llmb_error *error);

/* Lets an engine that is awake see that there is something in its request rings. */
void connection_show_engine(struct connection *connection);

/* Makes the engine look at its request rings, also one that sleeps. */
void connection_wake_engine(struct connection *connection);

/* False if the host has closed what the engine's end is told by: a step will find it lost. */
bool connection_intact(struct connection *connection);

/* The handle, which need not be looked at again while the descriptors are not in doubt. */
os_handle connection_trusted(struct connection *connection, os_handle handle);

/* From here on, since a sleep or since its caller was last in control, the host may have closed the descriptors: the
 * next that is used is looked at first, and stands for all. A host that closes what is not its own closes them all. */
void connection_doubt(struct connection *connection);

/* Wakes the owner of each slot that a call has. */
void connection_ring_owners(struct connection *connection);

#endif
