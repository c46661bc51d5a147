#include "pool/connection.h"
#include "pool/connection_base.h"

#include <string.h>

#include "core/error.h"
#include "core/fault_point.h"
#include "core/memory.h"
#include "core/policy.h"
#include "keeper/keeper_event.h"
#include "platform/os_bell.h"
#include "platform/os_clock.h"
#include "platform/os_region.h"
#include "platform/os_socket.h"
#include "pool/ticket.h"

/* What the engine gets; open here only until it is sent. */
struct engine_ends {
  os_handle socket, region, post, bell, slot_bells[CHANNEL_SLOTS_MAX];
};

static struct engine_ends ends_none(void) {
  struct engine_ends ends = {OS_HANDLE_NONE, OS_HANDLE_NONE, OS_HANDLE_NONE, OS_HANDLE_NONE, {0}};
  for (uint32_t i = 0; i < CHANNEL_SLOTS_MAX; i++) ends.slot_bells[i] = OS_HANDLE_NONE;
  return ends;
}

static void ends_close(struct engine_ends *ends) {
  os_handle_close(ends->socket);
  os_handle_close(ends->region);
  os_handle_close(ends->post);
  os_handle_close(ends->bell);
  for (uint32_t i = 0; i < CHANNEL_SLOTS_MAX; i++) os_handle_close(ends->slot_bells[i]);
}

static llmb_status send_open(const struct launch *launch, struct connection *connection, const struct engine_ends *ends,
                             int *os_code) {
  const struct handshake_open open = {
      .type = HANDSHAKE_OPEN,
      .protocol_version = CHANNEL_PROTOCOL_VERSION,
      .slot_count = connection->slot_count,
      .settings_size = (uint32_t)launch->pairs_size,
      .region_size = connection->region_size,
  };
  /* Not on the stack: the thread is the host's, and its stack may be small. */
  void *message = NULL;
  llmb_status status = memory_allocate(sizeof open + launch->pairs_size, &message);
  if (status != LLMB_OK) return status;
  memcpy(message, &open, sizeof open);
  if (launch->pairs_size > 0) memcpy((uint8_t *)message + sizeof open, launch->pairs, launch->pairs_size);
  const os_handle handles[] = {ends->region, ends->post, ends->bell};
  status = os_socket_send(connection->socket, message, sizeof open + launch->pairs_size, handles, 3, os_code);
  memory_release(message);
  return status;
}

static llmb_status send_bells(struct connection *connection, const struct engine_ends *ends, int *os_code) {
  for (uint32_t first = 0; first < connection->slot_count;) {
    os_handle handles[OS_SOCKET_HANDLES_MAX];
    uint32_t count = 0;
    while (count < OS_SOCKET_HANDLES_MAX && first + count < connection->slot_count) {
      handles[count] = ends->slot_bells[first + count];
      count++;
    }
    const struct handshake_bells bells = {.type = HANDSHAKE_BELLS, .first_slot = first, .count = count};
    const llmb_status status = os_socket_send(connection->socket, &bells, sizeof bells, handles, count, os_code);
    if (status != LLMB_OK) return status;
    first += count;
  }
  return LLMB_OK;
}

static llmb_status make_bells(struct connection *connection, enum os_bell_ringer ringer, struct engine_ends *ends,
                              int *os_code) {
  for (uint32_t i = 0; i < connection->slot_count; i++) {
    const llmb_status status = os_bell_create(ringer, &connection->slots[i].bell.hears, &ends->slot_bells[i], os_code);
    if (status != LLMB_OK) return status;
  }
  return LLMB_OK;
}

llmb_status connection_order(struct connection *connection, llmb_error *error) {
  const struct launch *launch = connection->launch;
  static const char *const server_arguments[] = {"llmbridge-keeper", SHARE_ROLE, NULL};
  const bool is_server = launch->share != NULL;
  const struct keeper_spawn spawn = {
      .program = is_server ? launch->keeper_program : launch->engine_program,
      .arguments = is_server ? server_arguments : launch->arguments,
      .environment = (const char *const *)launch->environment,
      .log_file = is_server ? NULL : launch->log_file,
      .engine_socket = connection->engine_end,
      .is_server = is_server,
  };
  llmb_status status = LLMB_E_UNAVAILABLE;
  for (unsigned i = 0; i < POOL_KEEPERS_MAX && status == LLMB_E_UNAVAILABLE; i++) {
    connection->keeper = keeper_hold_release(connection->keeper);
    status = keeper_hold_acquire(launch->keeper_program, &connection->keeper, error);
    if (status != LLMB_OK) return status;
    FAULT_POINT(HOST_KEEPER_HELD);
    status = keeper_hold_spawn(connection->keeper, &spawn, &connection->process, error);
    if (status != LLMB_E_UNAVAILABLE) continue;
    /* One that ended before it greeted would do so again. */
    const llmb_status greeting = keeper_hold_greeting(connection->keeper, os_clock_ns(), error);
    if (greeting != LLMB_OK && greeting != LLMB_E_NOT_READY) return greeting;
  }
  if (status == LLMB_OK) connection->engine_end = os_handle_close(connection->engine_end);
  if (status != LLMB_E_UNAVAILABLE) return status;
  return error_set(error, LLMB_E_SPAWN_FAILED, LLMB_PHASE_START, "%u keepers in a row ended before they took an order",
                   (unsigned)POOL_KEEPERS_MAX);
}

llmb_status connection_open(const struct launch *launch, struct connection **out, llmb_error *error) {
  *out = NULL;
  struct connection *connection = NULL;
  struct engine_ends ends = ends_none();
  const enum os_bell_ringer ringer = launch->module_path != NULL ? OS_BELL_THREAD : OS_BELL_PROCESS;
  void *address = NULL;
  int os_code = 0;
  const char *step = "allocate the connection";
  llmb_status status = connection_create(launch->slot_count, &connection);
  if (status != LLMB_OK) goto finish;
  connection->start_timeout_ns = launch->start_timeout_ns;
  connection->layers_required = launch->layers_required;
  connection->layers_wanted = launch->layers_wanted;
  connection->load_progress_ns = connection->opened_ns = os_clock_ns();

  step = "make the channel's memory (memfd_create; RLIMIT_FSIZE may not be below its size)";
  status = os_region_create(connection->region_size, &ends.region, &address, &os_code);
  if (status != LLMB_OK) goto finish;
  connection->region = address;
  connection->region->magic = CHANNEL_MAGIC;
  connection->region->protocol_version = CHANNEL_PROTOCOL_VERSION;
  connection->region->slot_count = connection->slot_count;
  connection->region->region_size = connection->region_size;

  step = "make the channel's doorbells (pipe2 or socketpair)";
  status = os_bell_create(ringer, &connection->bell.hears, &ends.bell, &os_code);
  if (status != LLMB_OK) goto finish;
  status = make_bells(connection, ringer, &ends, &os_code);
  connection_make_slots(connection);
  if (status != LLMB_OK) goto finish;

  step = "make the engine's socket and post (socketpair, pipe2)";
  os_handle pair[2];
  status = os_socket_pair(pair, &os_code);
  if (status != LLMB_OK) goto finish;
  connection->socket = pair[0];
  ends.socket = pair[1];
  os_socket_only_send(connection->socket);
  status = os_post_create(ringer, &connection->post, &ends.post, &os_code);
  if (status != LLMB_OK) goto finish;

  step = "send the opening messages";
  status = send_open(launch, connection, &ends, &os_code);
  if (status != LLMB_OK) goto finish;
  status = send_bells(connection, &ends, &os_code);
  if (status != LLMB_OK) goto finish;

  FAULT_POINT(HOST_CHANNEL_MADE);
  if (launch->module_path != NULL) {
    step = "start the engine's thread";
    status = engine_thread_start(launch->module_path, launch->engine, ends.socket, &connection->thread);
    ends.socket = OS_HANDLE_NONE;
    connection->process.ended = true; /* the keeper has nothing to tell of it */
    goto finish;
  }
  step = NULL; /* the keeper's client says what failed */
  connection->launch = launch;
  connection->engine_end = ends.socket;
  ends.socket = OS_HANDLE_NONE;
  status = connection_order(connection, error);
  if (status == LLMB_E_NOT_READY) status = LLMB_OK; /* the keeper's socket is full: the order is given later */

finish:
  if (status != LLMB_OK && step != NULL) {
    if (status != LLMB_E_OUT_OF_MEMORY) status = LLMB_E_SPAWN_FAILED;
    error_set_os(error, status, LLMB_PHASE_START, os_code, "could not %s", step);
  }
  ends_close(&ends);
  if (status != LLMB_OK && connection != NULL) connection = connection_release(connection);
  *out = connection;
  return status;
}

void connection_show_engine(struct connection *connection) {
  /* Sequentially consistent, so that it stands between what was written and the look at the sleeper. */
  atomic_fetch_add(&connection->region->request_sequence, 1);
}

void connection_wake_engine(struct connection *connection) {
  connection_show_engine(connection);
  atomic_thread_fence(memory_order_seq_cst);
  if (atomic_load_explicit(&connection->region->engine_sleeps, memory_order_relaxed) == 0) return;
  if (atomic_exchange(&connection->region->engine_sleeps, 0) != 0) {
    os_bell_ring(connection_trusted(connection, connection->socket));
  }
}

bool connection_intact(struct connection *connection) {
  const os_handle handle = connection->thread != NULL              ? connection->post
                           : connection->share.stage != SHARE_NONE ? connection->share.server
                                                                   : connection->process.events;
  return handle == OS_HANDLE_NONE || os_handle_same(connection_trusted(connection, handle));
}

void connection_doubt(struct connection *connection) {
  atomic_store_explicit(&connection->trusted, 0, memory_order_relaxed);
}

os_handle connection_trusted(struct connection *connection, os_handle handle) {
  if (atomic_load_explicit(&connection->trusted, memory_order_relaxed) == 0) {
    if (!os_handle_same(handle)) return handle;
    atomic_store_explicit(&connection->trusted, 1, memory_order_relaxed);
  }
  return os_handle_number(handle);
}

void connection_ring_owners(struct connection *connection) {
  for (uint32_t i = 0; i < connection->slot_count; i++) {
    const struct slot *slot = &connection->slots[i];
    if (slot->state == SLOT_BUSY && slot->owner != NULL) waker_ring(slot->owner->waker);
  }
}
