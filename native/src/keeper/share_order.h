/* The host's half of a shared engine's start: what a candidate for the server is told, before it is even a process. */
#ifndef LLMB_SHARE_ORDER_H
#define LLMB_SHARE_ORDER_H

#include "keeper/keeper_client.h"
#include "keeper/share_protocol.h"

struct share_start {
  const char *folder, *key;
  const char *parts; /* what the key stands for */
  uint64_t parts_size;
  const char *model;                 /* its path, or NULL */
  uint64_t model_size;               /* of the end of `parts` that stands for its files */
  const struct keeper_spawn *engine; /* its engine_socket is of no meaning */
  const void *opening;               /* the engine's opening message */
  uint64_t opening_size;
  uint32_t engine_count_max, slot_count;
  uint32_t ready_type, retiring_type, expelled_type, client_type;
  uint64_t region_size, start_timeout_ns;
  uint32_t restart_limit;
  uint64_t restart_window_ns;
};

/* Puts the order into the socket whose other end becomes the candidate's. */
llmb_status share_order_send(os_handle socket, const struct share_start *start, int *os_code);

/* Says hello to a server. */
llmb_status share_hello_send(os_handle socket, const char *parts, uint64_t parts_size, int *os_code);

#endif
