/* What the server of a shared engine knows. */
#ifndef LLMB_SHARE_STATE_H
#define LLMB_SHARE_STATE_H

#include "keeper/keeper_client.h"
#include "keeper/keeper_loop.h"
#include "keeper/share_place.h"

enum { SHARE_MOVES_MAX = 3 }; /* engines that may leave a client before it has had one */

struct share_engine {
  bool is_used, is_ready;
  bool is_leaving;  /* gets no clients any more */
  bool is_retiring; /* it has said so itself */
  bool is_lost;     /* it has closed its end, and is expected to end */
  uint64_t ends_until_ns;
  struct engine_process process;
  os_handle socket, post; /* to the engine; from it */
  uint64_t load_progress, load_progress_ns;
  uint32_t permille;
  char *hello, *ready; /* what it has said of itself, for clients that come later */
  uint64_t hello_size, ready_size;
  char message[SHARE_RELAY_SIZE_MAX]; /* being received */
  uint64_t message_size;
  uint32_t working_at_end[KEEPER_GUARDS_MAX];
};

enum share_client_stage {
  SHARE_CLIENT_NONE,
  SHARE_CLIENT_GREETING, /* connected; its HELLO is to come */
  SHARE_CLIENT_WAITING,  /* for the engine to be ready */
  SHARE_CLIENT_ATTACHED
};

struct share_client {
  enum share_client_stage stage;
  os_handle socket, process;
  int64_t pid;
  uint64_t greets_until_ns;
  uint32_t number;
  struct share_engine *engine;
  unsigned move_count; /* from engines that left before it was attached */
  bool hello_told;
  uint64_t load_progress_told;
};

struct share_server {
  struct keeper_loop loop;
  struct share_place place;
  struct share_order order;
  char parts[SHARE_PARTS_SIZE_MAX], model[SHARE_MODEL_PATH_SIZE + 1];
  char spawn[KEEPER_MESSAGE_SIZE_MAX];
  char opening[SHARE_OPENING_SIZE_MAX];
  uint64_t spawn_size, opening_size;
  struct share_engine engines[SHARE_ENGINES_MAX];
  struct share_client clients[KEEPER_CLIENTS_MAX];
  bool is_serving;      /* somebody was attached */
  uint32_t number_last; /* of a client */
  uint64_t engine_id_last;
  uint64_t stays_until_ns; /* though nobody is there: for its first client, or for those whose engine has died */
};

#endif
