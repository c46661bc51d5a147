#include "keeper/share_order.h"

#include <stdio.h>
#include <string.h>

#include "core/memory.h"
#include "keeper/keeper_protocol.h"
#include "platform/os_socket.h"

/* Sends a head and what belongs to it as one message. */
static llmb_status send_three(os_handle socket, const void *head, uint64_t head_size, const void *next,
                              uint64_t next_size, const void *last, uint64_t last_size, int *os_code) {
  void *message = NULL;
  const uint64_t size = head_size + next_size + last_size;
  llmb_status status = memory_allocate(size, &message);
  if (status != LLMB_OK) return status;
  char *at = memcpy(message, head, head_size);
  memcpy(at + head_size, next, next_size);
  if (last_size > 0) memcpy(at + head_size + next_size, last, last_size);
  status = os_socket_send(socket, message, size, NULL, 0, os_code);
  memory_release(message);
  return status;
}

/* A server's engines start in a folder that is nobody's. */
static llmb_status send_engine(os_handle socket, const struct keeper_spawn *engine, int *os_code) {
  static const char folder[] = "/";
  void *message = NULL;
  const uint64_t size = keeper_spawn_encoded_size(engine, folder);
  if (size == 0) return LLMB_E_INVALID_ARGUMENT;
  llmb_status status = memory_allocate(size, &message);
  if (status != LLMB_OK) return status;
  keeper_spawn_encode(engine, folder, 0, message);
  status = os_socket_send(socket, message, size, NULL, 0, os_code);
  memory_release(message);
  return status;
}

llmb_status share_order_send(os_handle socket, const struct share_start *start, int *os_code) {
  struct share_order order = {.head = share_message_head(SHARE_MESSAGE_ORDER),
                              .engine_count_max = start->engine_count_max,
                              .slot_count = start->slot_count,
                              .ready_type = start->ready_type,
                              .retiring_type = start->retiring_type,
                              .expelled_type = start->expelled_type,
                              .client_type = start->client_type,
                              .parts_size = (uint32_t)start->parts_size,
                              .path_size = start->model != NULL ? (uint32_t)strlen(start->model) : 0,
                              .model_size = start->model != NULL ? (uint32_t)start->model_size : 0,
                              .region_size = start->region_size,
                              .start_timeout_ns = start->start_timeout_ns,
                              .restart_limit = start->restart_limit,
                              .restart_window_ns = start->restart_window_ns};
  snprintf(order.key, sizeof order.key, "%s", start->key);
  snprintf(order.folder, sizeof order.folder, "%s", start->folder);
  llmb_status status =
      send_three(socket, &order, sizeof order, start->parts, start->parts_size, start->model, order.path_size, os_code);
  if (status == LLMB_OK) status = send_engine(socket, start->engine, os_code);
  if (status == LLMB_OK) status = os_socket_send(socket, start->opening, start->opening_size, NULL, 0, os_code);
  return status;
}

llmb_status share_hello_send(os_handle socket, const char *parts, uint64_t parts_size, int *os_code) {
  const struct share_head head = share_message_head(SHARE_MESSAGE_HELLO);
  return send_three(socket, &head, sizeof head, parts, parts_size, NULL, 0, os_code);
}
