#include "pool/connection_share.h"

#include <stdio.h>
#include <string.h>

#include "core/error.h"
#include "core/policy.h"
#include "platform/os_clock.h"
#include "platform/os_region.h"
#include "platform/os_socket.h"
#include "pool/connection_base.h"
#include "pool/connection_find.h"
#include "pool/connection_hear.h"
#include "pool/connection_life.h"
#include "pool/pool_limits.h"

/* Listening to the server. */

/* It has gone, or what it says makes no sense. */
static void lose_server(struct connection *connection, uint64_t now_ns) {
  const bool closed_here = !os_handle_same(connection->share.server);
  connection_part(connection);
  if (connection->share.stage == SHARE_GREETED) {
    /* It may have been about to leave: whoever comes next starts another. */
    connection->share.stage = SHARE_LOOKING;
    connection->share.again_ns = now_ns + SHARE_LOOK_NS;
    if (++connection->share.loss_count == SHARE_LOSSES_MAX) {
      connection_fail_start(connection, LLMB_E_SPAWN_FAILED, "the shared engine's server ends whenever it is greeted",
                            now_ns);
    }
    return;
  }
  connection->share.stage = SHARE_OVER;
  connection->end.kind = KEEPER_EVENT_LOST;
  connection->end.exit_kind = LLMB_EXIT_UNKNOWN;
  connection->end.closed_here = closed_here;
  connection->dismissed |= closed_here;
  connection_apply(connection, WORKER_EXITED, now_ns);
}

static void take_wait(struct connection *connection, const void *message, uint64_t now_ns) {
  struct share_wait wait;
  memcpy(&wait, message, sizeof wait);
  connection->process.pid = wait.engine_pid;
  if (connection->share.stage == SHARE_GREETED || wait.progress != connection->share.load_progress) {
    connection->load_progress_ns = now_ns;
  }
  connection->share.load_progress = wait.progress;
  connection->share.stage = SHARE_ATTACHED;
}

/* Region, rings and bells. */
static void take_welcome(struct connection *connection, const void *message, os_handle *handles, unsigned count,
                         uint64_t now_ns) {
  struct share_welcome welcome;
  void *address = NULL;
  int os_code = 0;
  memcpy(&welcome, message, sizeof welcome);
  if (connection->region != NULL || count != 4 || welcome.slot_count == 0 || welcome.slot_count > CHANNEL_SLOTS_MAX ||
      welcome.region_size != channel_region_size(welcome.slot_count)) {
    connection_breach(connection, "its server's welcome contradicts itself", now_ns);
    return;
  }
  const llmb_status status = os_region_map(handles[0], welcome.region_size, &address, &os_code);
  if (status != LLMB_OK) {
    connection_fail(connection, WORKER_BROKE_PROTOCOL, status, "the shared engine's region could not be mapped",
                    now_ns);
    return;
  }
  connection->region = address;
  connection->region_size = welcome.region_size;
  connection->slot_count = welcome.slot_count;
  connection->process.pid = welcome.engine_pid;
  connection->socket = handles[1];
  connection->slots_bell.hears = handles[2];
  connection->bell.hears = handles[3];
  handles[1] = handles[2] = handles[3] = OS_HANDLE_NONE;
  connection_make_slots(connection);
}

static void take_refusal(struct connection *connection, const void *message, uint64_t size, uint64_t now_ns) {
  struct share_refused refused;
  char reason[512];
  memcpy(&refused, message, sizeof refused);
  uint64_t text_size = size - sizeof refused;
  if (text_size > refused.size) text_size = refused.size;
  error_copy_text(reason, sizeof reason, (const char *)message + sizeof refused, text_size, 0);
  const bool is_known = refused.status > LLMB_OK && refused.status < LLMB_E_NOT_READY;
  connection_part(connection);
  connection->share.stage = SHARE_OVER;
  connection->end.exit_kind = LLMB_EXIT_UNKNOWN;
  connection_fail(
      connection,
      connection->state == WORKER_STARTING || connection->state == WORKER_LOADING ? WORKER_SPAWN_FAILED : WORKER_EXITED,
      is_known ? refused.status : LLMB_E_PROTOCOL_ERROR, reason, now_ns);
}

static void take_exit(struct connection *connection, const void *message, uint64_t size, uint64_t now_ns) {
  struct share_exit end = {.log_size = 0};
  memcpy(&end, message, size);
  connection_part(connection);
  connection->share.stage = SHARE_OVER;
  struct keeper_event *event = &connection->end;
  event->kind = KEEPER_EVENT_EXIT;
  event->exit_kind = end.exit_kind;
  event->exit_value = end.exit_value;
  event->guard_expired = end.guard_expired != 0;
  event->memory_was_short = end.memory_was_short != 0;
  connection->share.working_at_end = end.working_count;
  error_copy_text(event->log, sizeof event->log, end.log, end.log_size < sizeof end.log ? end.log_size : sizeof end.log,
                  1);
  connection_apply(connection, WORKER_EXITED, now_ns);
}

static bool hear_server(struct connection *connection, uint64_t now_ns) {
  uint8_t *message = connection->message;
  os_handle handles[OS_SOCKET_HANDLES_MAX];
  uint64_t size = 0;
  unsigned count = 0;
  int os_code = 0;
  const llmb_status status = os_socket_receive(connection->share.server, message, sizeof connection->message, &size,
                                               handles, OS_SOCKET_HANDLES_MAX, &count, &os_code);
  if (status == LLMB_E_NOT_READY) return false;
  const enum share_message_kind kind = status == LLMB_OK ? share_message_check(message, size) : SHARE_MESSAGE_NONE;
  switch (kind) {
    case SHARE_MESSAGE_WAIT:
      take_wait(connection, message, now_ns);
      break;
    case SHARE_MESSAGE_RELAY:
      connection_take_message(connection, message + sizeof(struct share_head), size - sizeof(struct share_head),
                              now_ns);
      break;
    case SHARE_MESSAGE_WELCOME:
      take_welcome(connection, message, handles, count, now_ns);
      break;
    case SHARE_MESSAGE_REFUSED:
      take_refusal(connection, message, size, now_ns);
      break;
    case SHARE_MESSAGE_EXIT:
      take_exit(connection, message, size, now_ns);
      break;
    case SHARE_MESSAGE_NONE:
    case SHARE_MESSAGE_ORDER:
    case SHARE_MESSAGE_READY:
    case SHARE_MESSAGE_TAKEN:
    case SHARE_MESSAGE_HELLO:
    case SHARE_MESSAGE_ASK:
    case SHARE_MESSAGE_STATE:
    case SHARE_MESSAGE_KIND_COUNT:
      lose_server(connection, now_ns);
      break;
  }
  for (unsigned i = 0; i < count; i++) os_handle_close(handles[i]);
  return true;
}

bool connection_share_step(struct connection *connection, uint64_t now_ns) {
  bool changed = false;
  for (int i = 0; i < POOL_MESSAGES_MAX; i++) {
    bool news = false;
    if (connection->share.stage == SHARE_LOOKING) news = connection_look(connection, now_ns);
    if (connection->share.stage == SHARE_ORDERING) news |= connection_await_candidate(connection, now_ns);
    if (connection->share.server != OS_HANDLE_NONE) news |= hear_server(connection, now_ns);
    if (connection->state == WORKER_ENDED) return true;
    if (connection->share.stage == SHARE_GREETED && now_ns >= connection->share.until_ns) {
      char reason[256];
      snprintf(reason, sizeof reason,
               "the shared engine's server, process %lld, does not answer: llmbridge shared stop ends it",
               (long long)connection->share.server_pid);
      connection_part(connection);
      connection->share.stage = SHARE_OVER;
      connection_fail_start(connection, LLMB_E_START_TIMEOUT, reason, now_ns);
      return true;
    }
    if (!news) break;
    changed = true;
  }
  return changed;
}

os_handle connection_share_polled(const struct connection *connection) {
  return connection->share.stage == SHARE_ORDERING ? connection->share.starter : connection->share.server;
}

uint64_t connection_share_next_look_ns(const struct connection *connection) {
  switch (connection->share.stage) {
    case SHARE_LOOKING:
      return connection->share.again_ns;
    case SHARE_ORDERING:
      return connection->engine_end != OS_HANDLE_NONE ? os_clock_ns() + POOL_ORDER_LOOK_NS : connection->share.until_ns;
    case SHARE_GREETED:
      return connection->share.until_ns;
    case SHARE_NONE:
    case SHARE_ATTACHED:
    case SHARE_OVER:
      break;
  }
  return LLMB_NEVER;
}

llmb_status connection_share_open(const struct launch *launch, struct connection **out, llmb_error *error) {
  const llmb_status status = connection_create(0, out);
  if (status != LLMB_OK) return error_set(error, status, LLMB_PHASE_START, "no memory for the connection");
  struct connection *connection = *out;
  connection->launch = launch;
  connection->start_timeout_ns = launch->start_timeout_ns;
  connection->layers_required = launch->layers_required;
  connection->layers_wanted = launch->layers_wanted;
  connection->load_progress_ns = connection->opened_ns = os_clock_ns();
  connection->share.stage = SHARE_LOOKING;
  return LLMB_OK;
}
