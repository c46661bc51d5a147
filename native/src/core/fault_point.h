/* Steps at which a test lets the host, the keeper or an engine die or stop. In the product they are nothing. Tests
 * compile everything a second time with LLMB_FAULT_POINTS, into a home folder of its own (native/tests/steps/), and
 * choose there what happens at which step. */
#ifndef LLMB_FAULT_POINT_H
#define LLMB_FAULT_POINT_H

#define FAULT_POINT_TABLE(POINT)                                                  \
  POINT(ENGINE_EXEC) /* forked, not yet the engine's program */                   \
  POINT(ENGINE_CONNECT)                                                           \
  POINT(ENGINE_OPENED) /* the channel is mapped, HELLO unsent */                  \
  POINT(ENGINE_GREETED)                                                           \
  POINT(ENGINE_READY) /* loaded, READY unsent */                                  \
  POINT(ENGINE_SLEEP)                                                             \
  POINT(ENGINE_REQUEST_PART)                                                      \
  POINT(ENGINE_REQUEST) /* whole, unaccepted */                                   \
  POINT(ENGINE_ACCEPT)  /* guard armed, ACCEPTED unsent */                        \
  POINT(ENGINE_ACCEPTED)                                                          \
  POINT(ENGINE_FRAME_HEAD) /* in the ring, unpublished */                         \
  POINT(ENGINE_FRAME_PUT)  /* the whole frame, unpublished */                     \
  POINT(ENGINE_FRAME_SENT) /* published, the host not rung */                     \
  POINT(ENGINE_BLOCKED)    /* part of a frame waits for room */                   \
  POINT(ENGINE_DONE)       /* DONE sent, guard still armed */                     \
  POINT(ENGINE_RETIRE)                                                            \
  POINT(ENGINE_RETIRED)                                                           \
  POINT(HOST_CHANNEL_MADE)                                                        \
  POINT(HOST_KEEPER_START)                                                        \
  POINT(HOST_KEEPER_STARTED) /* ungreeted */                                      \
  POINT(HOST_KEEPER_GREETED)                                                      \
  POINT(HOST_KEEPER_HELD) /* seen alive, not yet asked for an engine */           \
  POINT(HOST_SPAWN_ASKED)                                                         \
  POINT(HOST_READY_SEEN)                                                          \
  POINT(HOST_REQUEST_PUT)  /* unpublished */                                      \
  POINT(HOST_REQUEST_SENT) /* published, perhaps in part; the engine not woken */ \
  POINT(HOST_SLEEP)                                                               \
  POINT(HOST_PIECE_TAKEN) /* its room not given back */                           \
  POINT(HOST_DONE_TAKEN)                                                          \
  POINT(HOST_CANCEL)                                                              \
  POINT(HOST_DRAIN)                                                               \
  POINT(HOST_KILL)                                                                \
  POINT(HOST_BURY)                                                                \
  POINT(HOST_CLOSE)                                                               \
  POINT(HOST_GOODBYE) /* said to the keeper, its end unawaited */                 \
  POINT(KEEPER_START) /* ungreeted */                                             \
  POINT(KEEPER_GREETED)                                                           \
  POINT(KEEPER_SPAWN_READ)                                                        \
  POINT(KEEPER_FORKED)                                                            \
  POINT(KEEPER_EXEC_SEEN) /* SPAWNED unsent */                                    \
  POINT(KEEPER_SPAWN_TOLD)                                                        \
  POINT(KEEPER_KILL_READ)                                                         \
  POINT(KEEPER_EXIT_SEEN) /* the engine is a zombie */                            \
  POINT(KEEPER_REAPED)    /* EXIT unsent */                                       \
  POINT(KEEPER_EXIT_TOLD)                                                         \
  POINT(KEEPER_END) /* engines still run */

#define FAULT_POINT_ENUMERATOR(name) FAULT_##name,
enum fault_point { FAULT_NONE, FAULT_POINT_TABLE(FAULT_POINT_ENUMERATOR) FAULT_POINT_COUNT };

#if defined(LLMB_FAULT_POINTS)

#include <stdint.h>

#define FAULT_PAGE_VARIABLE "LLMB_FAULT_PAGE" /* of the environment: where the choice stands */
#define FAULT_POINT(name) fault_point_pass(FAULT_##name)
#define FAULT_EXECUTION(call) fault_point_execution(call)

void fault_point_pass(enum fault_point point);

/* An engine begins to work on a call, which must not happen twice; `call` is any number that no other call has. */
void fault_point_execution(uint64_t call);

#else

#define FAULT_POINT(name) ((void)0)
#define FAULT_EXECUTION(call) ((void)0)

#endif

#endif
