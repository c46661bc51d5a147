/* A worker that has done its share is replaced: it gets nothing more, finishes what it has, and is told to end. It is
 * the host that counts and measures: what an engine says of itself need not be true. */
#include "../platform/os_process.h"
#include "../platform/os_socket.h"
#include "connection.h"

static bool measure(const struct connection *connection, uint64_t *out_bytes) {
  return os_process_private_bytes(connection->process.process, connection->process.pid, out_bytes);
}

void connection_note_ready(struct connection *connection, uint64_t now_ns) {
  uint64_t bytes = 0;
  if (connection->recycle.growth_bytes > 0 && measure(connection, &bytes)) {
    recycle_note_ready(&connection->recycle, bytes, now_ns);
  }
}

static bool has_grown(struct connection *connection, uint64_t now_ns) {
  uint64_t bytes = 0;
  return recycle_measures(&connection->recycle, now_ns) && measure(connection, &bytes) &&
         recycle_note_memory(&connection->recycle, bytes, now_ns);
}

void connection_free_slot(struct connection *connection, struct slot *slot, uint64_t now_ns) {
  slot->state = SLOT_FREE;
  connection->busy_count--;
  if (connection->state == WORKER_READY &&
      ((slot->accepted && recycle_note_call(&connection->recycle)) || has_grown(connection, now_ns))) {
    connection->recycled = true;
    connection_apply(connection, WORKER_RECYCLED, now_ns);
  }
  if (!connection->recycled || connection->state != WORKER_RETIRING || connection->busy_count > 0) return;
  connection->dismissed = true;
  os_socket_end(connection->socket); /* an engine that finds its host gone ends by itself, properly */
}
