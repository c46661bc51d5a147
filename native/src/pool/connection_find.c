#include "pool/connection_find.h"

#include <stdio.h>
#include <string.h>

#include "core/error.h"
#include "core/memory.h"
#include "core/policy.h"
#include "keeper/keeper_event.h"
#include "keeper/share_order.h"
#include "platform/os_clock.h"
#include "platform/os_local.h"
#include "platform/os_socket.h"
#include "pool/connection_life.h"

void connection_fail_start(struct connection *connection, llmb_status status, const char *reason, uint64_t now_ns) {
  connection->end.exit_kind = LLMB_EXIT_UNKNOWN;
  connection_fail(connection, WORKER_SPAWN_FAILED, status, reason, now_ns);
}

static void fail_system(struct connection *connection, llmb_status status, const char *what, int os_code,
                        uint64_t now_ns) {
  char reason[512];
  snprintf(reason, sizeof reason, "%s in %s (%s)", what, connection->launch->share->folder, strerror(os_code));
  connection_fail_start(connection, status, reason, now_ns);
}

/* Looking for a server. */

/* The engine's opening message, which the server keeps for each start. */
static llmb_status make_opening(const struct launch *launch, void **out, uint64_t *out_size) {
  const struct handshake_open open = {.type = HANDSHAKE_OPEN_SHARED,
                                      .protocol_version = CHANNEL_PROTOCOL_VERSION,
                                      .slot_count = launch->slot_count,
                                      .settings_size = (uint32_t)launch->pairs_size};
  *out_size = sizeof open + launch->pairs_size;
  const llmb_status status = memory_allocate(*out_size, out);
  if (status != LLMB_OK) return status;
  memcpy(*out, &open, sizeof open);
  if (launch->pairs_size > 0) memcpy((uint8_t *)*out + sizeof open, launch->pairs, launch->pairs_size);
  return LLMB_OK;
}

/* Has a candidate for the server started: its order is in its socket before the keeper is asked. */
static llmb_status order_candidate(struct connection *connection, llmb_error *error) {
  const struct launch *launch = connection->launch;
  void *opening = NULL;
  os_handle pair[2] = {OS_HANDLE_NONE, OS_HANDLE_NONE};
  uint64_t opening_size = 0;
  int os_code = 0;
  llmb_status status = make_opening(launch, &opening, &opening_size);
  if (status == LLMB_OK) status = os_socket_pair(pair, &os_code);
  if (status == LLMB_OK) {
    const struct keeper_spawn engine = {.program = launch->engine_program,
                                        .arguments = launch->arguments,
                                        .environment = (const char *const *)launch->environment,
                                        .log_file = launch->log_file};
    const struct share_start start = {.folder = launch->share->folder,
                                      .key = launch->share->key,
                                      .parts = launch->share->parts,
                                      .parts_size = launch->share->parts_size,
                                      .model = launch->share->model,
                                      .model_size = launch->share->model_size,
                                      .engine = &engine,
                                      .opening = opening,
                                      .opening_size = opening_size,
                                      .engine_count_max = launch->share->engine_count_max,
                                      .slot_count = launch->slot_count,
                                      .ready_type = HANDSHAKE_READY,
                                      .retiring_type = HANDSHAKE_RETIRING,
                                      .expelled_type = HANDSHAKE_EXPELLED,
                                      .client_type = HANDSHAKE_CLIENT,
                                      .region_size = channel_region_size(launch->slot_count),
                                      .start_timeout_ns = launch->start_timeout_ns,
                                      .restart_limit = launch->share->restart_limit,
                                      .restart_window_ns = launch->share->restart_window_ns};
    status = share_order_send(pair[0], &start, &os_code);
  }
  memory_release(opening);
  if (status != LLMB_OK) {
    os_handle_close(pair[0]);
    os_handle_close(pair[1]);
    return error_set_os(error, status, LLMB_PHASE_START, os_code, "the shared engine's server could not be ordered");
  }
  connection->share.starter = pair[0];
  connection->engine_end = pair[1];
  connection->share.stage = SHARE_ORDERING;
  connection->share.until_ns = os_clock_ns() + KEEPER_SPAWN_TIMEOUT_NS;
  connection->share.candidate_count++;
  return LLMB_OK;
}

/* There is no candidate any more: it serves, or another one does, or it has failed. */
static void end_candidate(struct connection *connection) {
  connection->share.starter = os_handle_close(connection->share.starter);
  connection->engine_end = os_handle_close(connection->engine_end);
  engine_process_close(&connection->process);
  connection->process.ended = false;
}

bool connection_look(struct connection *connection, uint64_t now_ns) {
  const struct share_launch *share = connection->launch->share;
  char name[SHARE_NAME_SIZE_MAX];
  int os_code = 0;
  if (now_ns < connection->share.again_ns) return false;
  snprintf(name, sizeof name, "%s%s", share->key, SHARE_SOCKET);
  llmb_status status = os_local_connect(share->folder, name, &connection->share.server, &os_code);
  if (status == LLMB_E_NOT_READY) {
    connection->share.again_ns = now_ns + SHARE_LOOK_NS;
    return false;
  }
  if (status == LLMB_E_NOT_FOUND) {
    llmb_error error;
    llmb_error_init(&error);
    if (connection->share.candidate_count == SHARE_CANDIDATES_MAX) {
      connection_fail_start(connection, LLMB_E_START_TIMEOUT, "no server of the shared engine stays reachable", now_ns);
    } else if ((status = order_candidate(connection, &error)) != LLMB_OK) {
      connection_fail_start(connection, status, error.message, now_ns);
    }
    return true;
  }
  if (status != LLMB_OK) {
    fail_system(connection, status,
                status == LLMB_E_UNSUPPORTED ? "the folder of shared engines is not this user's alone"
                                             : "the shared engine's server could not be connected to",
                os_code, now_ns);
    return true;
  }
  struct os_local_peer peer;
  if (!os_local_peer(connection->share.server, &peer) || !peer.is_own) {
    os_handle_close(peer.process);
    fail_system(connection, LLMB_E_UNSUPPORTED, "the shared engine's server is another user's", 0, now_ns);
    return true;
  }
  connection->share.process = peer.process;
  connection->share.server_pid = peer.number;
  status = share_hello_send(connection->share.server, share->parts, share->parts_size, &os_code);
  connection->share.stage = SHARE_GREETED;
  connection->share.until_ns = now_ns + SHARE_WELCOME_TIMEOUT_NS;
  return true; /* if it could not be sent the server is gone, which the next look finds */
}

/* The last line of what it wrote, which says why. */
static const char *last_line(char *log) {
  for (size_t size = strlen(log); size > 0 && log[size - 1] == '\n'; size--) log[size - 1] = 0;
  const char *before = strrchr(log, '\n');
  return before != NULL ? before + 1 : log;
}

/* What its end is for the restart policy: what an engine's own would be, which may be forgiven once where nobody knows
 * why, and not where it gave up by itself. */
static llmb_status status_of_end(const struct keeper_event *event) {
  if (event->kind == KEEPER_EVENT_SPAWN_FAILED) return event->status;
  return event->exit_kind == LLMB_EXIT_CODE ? LLMB_E_SPAWN_FAILED : LLMB_E_ENGINE_CRASHED;
}

static void bury_candidate(struct connection *connection, struct keeper_event *event, uint64_t now_ns) {
  char reason[512];
  connection->end = *event;
  connection->dismissed |= event->closed_here; /* its host's deed */
  if (event->kind == KEEPER_EVENT_SPAWN_FAILED) {
    snprintf(reason, sizeof reason, "the shared engine's server could not be started (%s)", event->step);
  } else if (event->kind == KEEPER_EVENT_LOST) {
    snprintf(reason, sizeof reason, "the keeper that was to start the shared engine's server was lost");
  } else {
    snprintf(reason, sizeof reason, "the shared engine's server ended before it served: %.300s", last_line(event->log));
  }
  end_candidate(connection);
  connection_fail(connection, WORKER_SPAWN_FAILED, status_of_end(event), reason, now_ns);
}

/* True once it has said READY or TAKEN: somebody serves. */
static bool has_word(struct connection *connection) {
  struct share_head word;
  uint64_t size = 0;
  int os_code = 0;
  if (connection->share.starter == OS_HANDLE_NONE) return false;
  const llmb_status status =
      os_socket_receive(connection->share.starter, &word, sizeof word, &size, NULL, 0, NULL, &os_code);
  if (status == LLMB_OK) return true;
  /* It is over, and would wake its poller for ever: the keeper tells the rest. */
  if (status != LLMB_E_NOT_READY) connection->share.starter = os_handle_close(connection->share.starter);
  return false;
}

/* The candidate's word, or its end. */
static bool hear_candidate(struct connection *connection, uint64_t now_ns) {
  struct keeper_event event;
  if (has_word(connection)) {
    end_candidate(connection);
    connection->share.stage = SHARE_LOOKING;
    return true;
  }
  if (engine_process_next_event(&connection->process, &event) == LLMB_OK && event.kind != KEEPER_EVENT_SPAWNED) {
    bury_candidate(connection, &event, now_ns);
    return true;
  }
  if (now_ns >= connection->share.until_ns) {
    end_candidate(connection);
    connection_fail_start(connection, LLMB_E_START_TIMEOUT, "the shared engine's server was not started in time",
                          now_ns);
    return true;
  }
  return false;
}

bool connection_await_candidate(struct connection *connection, uint64_t now_ns) {
  llmb_error error;
  llmb_error_init(&error);
  llmb_status status = LLMB_OK;
  if (connection->engine_end != OS_HANDLE_NONE) status = connection_order(connection, &error);
  if (status == LLMB_OK || status == LLMB_E_NOT_READY) {
    status = connection->keeper != NULL ? keeper_hold_greeting(connection->keeper, now_ns, &error) : LLMB_OK;
  }
  if (status == LLMB_OK || status == LLMB_E_NOT_READY) return hear_candidate(connection, now_ns);
  end_candidate(connection);
  connection_fail_start(connection, status, error.message, now_ns);
  return true;
}
