#include "pool/connection_base.h"

#include <stddef.h>

#include "core/memory.h"
#include "keeper/keeper_event.h"
#include "platform/os_clock.h"
#include "platform/os_region.h"
#include "platform/os_socket.h"

void connection_make_slots(struct connection *connection) {
  const struct spin spin = spin_create();
  for (uint32_t i = 0; i < connection->slot_count; i++) {
    struct slot *slot = &connection->slots[i];
    struct channel_slot *shared = &connection->region->slots[i];
    slot->shared = shared;
    slot->spin = spin;
    slot->kill_at_ns = LLMB_NEVER;
    slot->requests = (struct ring_writer){
        .written = &shared->request_written,
        .read = &shared->request_read,
        .bytes = channel_request_bytes(connection->region, connection->slot_count, i),
        .size = CHANNEL_REQUEST_RING_SIZE,
    };
    slot->responses = (struct ring_reader){
        .written = &shared->response_written,
        .read = &shared->response_read,
        .bytes = channel_response_bytes(connection->region, connection->slot_count, i),
        .size = CHANNEL_RESPONSE_RING_SIZE,
    };
  }
}

static struct connection *connection_free(struct connection *connection) {
  for (uint32_t i = 0; i < CHANNEL_SLOTS_MAX; i++) {
    connection->slots[i].bell.hears = os_handle_close(connection->slots[i].bell.hears);
  }
  os_region_unmap(connection->region, connection->region_size);
  connection->socket = os_handle_close(connection->socket);
  connection->engine_end = os_handle_close(connection->engine_end);
  connection->post = os_handle_close(connection->post);
  connection->bell.hears = os_handle_close(connection->bell.hears);
  connection->slots_bell.hears = os_handle_close(connection->slots_bell.hears);
  connection->share.server = os_handle_close(connection->share.server);
  connection->share.process = os_handle_close(connection->share.process);
  connection->share.starter = os_handle_close(connection->share.starter);
  engine_process_close(&connection->process);
  if (connection->thread != NULL) engine_thread_abandon(connection->thread);
  connection->keeper = keeper_hold_release(connection->keeper);
  memory_release(connection->info);
  return memory_release(connection);
}

llmb_status connection_create(uint32_t slot_count, struct connection **out) {
  void *memory = NULL;
  const llmb_status status = memory_allocate(sizeof **out, &memory);
  if (status != LLMB_OK) return status;
  struct connection *connection = memory;
  connection->references = 1;
  connection->socket = connection->engine_end = connection->post = connection->bell.hears = OS_HANDLE_NONE;
  connection->process.events = connection->process.process = OS_HANDLE_NONE;
  connection->slots_bell.hears = OS_HANDLE_NONE;
  connection->share.server = connection->share.process = connection->share.starter = OS_HANDLE_NONE;
  connection->slot_count = slot_count;
  connection->region_size = channel_region_size(slot_count);
  connection->last_breath_ns = LLMB_NEVER;
  connection->next_call_id = os_clock_ns() << 8; /* ids of one engine mean nothing to another */
  for (uint32_t i = 0; i < CHANNEL_SLOTS_MAX; i++) connection->slots[i].bell.hears = OS_HANDLE_NONE;
  *out = connection;
  return LLMB_OK;
}

void connection_part(struct connection *connection) {
  connection->share.server = os_handle_close(connection->share.server);
  connection->share.process = os_handle_close(connection->share.process);
  connection->share.starter = os_handle_close(connection->share.starter);
  connection->engine_end = os_handle_close(connection->engine_end);
  engine_process_close(&connection->process);
  connection->process.ended = true;
  os_socket_end(connection->socket);
}

struct connection *connection_retain(struct connection *connection) {
  connection->references++;
  return connection;
}

struct connection *connection_release(struct connection *connection) {
  if (connection == NULL || --connection->references > 0) return NULL;
  return connection_free(connection);
}

void connection_abandon(struct connection *connection) {
  os_handle_close(connection->socket);
  os_handle_close(connection->engine_end);
  os_handle_close(connection->post);
  os_handle_close(connection->bell.hears);
  os_handle_close(connection->slots_bell.hears);
  os_handle_close(connection->share.server);
  os_handle_close(connection->share.process);
  os_handle_close(connection->share.starter);
  os_handle_close(connection->process.events); /* not engine_process_close: that would end the parent's engine */
  os_handle_close(connection->process.process);
  for (uint32_t s = 0; s < connection->slot_count; s++) os_handle_close(connection->slots[s].bell.hears);
  os_region_unmap(connection->region, connection->region_size);
}
