/* A call's place in the pool: waiting in the queue, or in a slot of a worker. Part of the call object. */
#ifndef LLMB_TICKET_H
#define LLMB_TICKET_H

#include <stdatomic.h>
#include <stdbool.h>

#include <llmbridge/status.h>

#include "pool/waker.h"

struct connection;
struct llmb_call;

enum ticket_state {
  TICKET_OUTSIDE, /* in neither */
  TICKET_QUEUED,
  TICKET_PLACED, /* connection and slot are set, and stay so until the ticket's owner leaves */
  TICKET_FAILED  /* no engine could be started: *failure says why */
};

/* Who takes what the engine says of a placed call. */
enum ticket_holder {
  TICKET_HELD_BY_NOBODY, /* its caller is elsewhere */
  TICKET_HELD_BY_CALLER,
  TICKET_HELD_BY_NEIGHBOUR /* under the bridge's lock: another caller's thread, which wants the slot */
};

struct pool_ticket {
  struct pool_ticket *next, *previous; /* in the queue */
  _Atomic uint32_t state;              /* enum ticket_state; changed under the bridge's lock, read without */
  struct connection *connection;
  uint32_t slot;
  struct llmb_call *call;   /* whose it is; NULL of one that only waits for a start */
  _Atomic uint32_t holder;  /* enum ticket_holder */
  struct waker *waker;      /* wakes the owner; the owner's */
  _Atomic uint32_t watched; /* a pump waits for it: it is rung too */
  llmb_error *failure;      /* the owner's error, filled when the ticket fails */
  uint64_t request_size;    /* in bytes */
  uint64_t grace_ns;        /* what an engine that does not give up the call is granted */
  bool moved;               /* it had a slot and lost it with its engine: it goes before those that never had one */
  bool patient;             /* its owner sends no more than there is room for: the queue's limit is not for it */
  bool alone; /* its engine died over it: no other of that kind beside it, and nothing new, until it is past
                 that point */
  bool apart; /* two engines in a row died under it: the next one has no other call when this one begins, too */
  bool hung;  /* the engine that has it made no progress within the stall limit */
  bool waited_for_start;
  uint32_t death_case; /* of the engine that died with this call and others; 0 is none */
};

#endif
