#include "keeper/share_ask.h"

#include <string.h>

#include "core/error.h"
#include "core/json_check.h"
#include "core/memory.h"
#include "keeper/keeper_environment.h"
#include "keeper/share_listing.h"
#include "platform/os_clock.h"
#include "platform/os_poll.h"
#include "platform/os_process.h"
#include "platform/os_socket.h"

enum { ANSWER_SIZE_MAX = 256 << 20 }; /* a session may be long */
_Static_assert((int)ANSWER_SIZE_MAX >= (int)SHARE_ANSWER_SIZE_MAX, "a list of shared engines fits");

/* Starts it with its end of the socket, by which the answer comes. */
static llmb_status start(const char *program, char *const arguments[], os_handle socket, os_handle *out_process,
                         llmb_error *error) {
  char **environment = NULL;
  const char *step = "environment";
  int os_code = 0;
  llmb_status status = keeper_environment_create(&environment);
  if (status == LLMB_OK) {
    status = os_process_spawn_detached(program, arguments, environment, &socket, 1, out_process, &os_code, &step);
  }
  memory_release(environment);
  if (status == LLMB_OK) return status;
  return error_set_os(error, status, LLMB_PHASE_START, os_code, "%s could not be started (%s)", program, step);
}

/* Appends what comes until the other side closes. */
static llmb_status receive_all(os_handle socket, uint64_t deadline_ns, void **text, uint64_t *size, int *os_code) {
  for (;;) {
    struct os_poll_item item = {.handle = socket};
    uint64_t packet = 0;
    if (*size > ANSWER_SIZE_MAX) return LLMB_E_PROTOCOL_ERROR;
    llmb_status status = memory_resize(text, *size + SHARE_ANSWER_PACKET_SIZE + 1);
    if (status != LLMB_OK) return status;
    char *at = (char *)*text + *size;
    status = os_socket_receive(socket, at, SHARE_ANSWER_PACKET_SIZE, &packet, NULL, 0, NULL, os_code);
    if (status == LLMB_E_UNAVAILABLE) return LLMB_OK;
    if (status == LLMB_E_NOT_READY && os_poll(&item, 1, deadline_ns) == 0) return LLMB_E_DEADLINE_EXCEEDED;
    if (status != LLMB_OK && status != LLMB_E_NOT_READY) return status;
    *size += packet;
  }
}

llmb_status share_ask(const char *program, const char *role, const char *verb, const char *const rest[3],
                      uint64_t deadline_ns, char **out_json, llmb_error *error) {
  /* exec's words are not const, and it writes to none of them. */
  union {
    const char *given[7];
    char *taken[7];
  } arguments = {{"llmbridge-keeper", role, verb, rest[0], rest[1], rest[2], NULL}};
  os_handle pair[2] = {OS_HANDLE_NONE, OS_HANDLE_NONE}, process = OS_HANDLE_NONE;
  void *text = NULL;
  uint64_t size = 0;
  int os_code = 0;
  llmb_status status = os_socket_pair(pair, &os_code);
  if (status != LLMB_OK) return error_set_os(error, status, LLMB_PHASE_START, os_code, "no socket for the keeper");
  status = start(program, arguments.taken, pair[1], &process, error);
  os_handle_close(pair[1]);
  if (status == LLMB_OK) {
    status = receive_all(pair[0], deadline_ns, &text, &size, &os_code);
    if (status == LLMB_OK && json_check(text, size, NULL, NULL) != LLMB_OK) status = LLMB_E_PROTOCOL_ERROR;
    if (status != LLMB_OK) {
      error_set_os(error, status, LLMB_PHASE_START, os_code, "%s did not say what there is", program);
    }
  }
  os_handle_close(pair[0]);
  struct os_poll_item end = {.handle = process};
  (void)os_poll(&end, 1, deadline_ns);
  os_process_reap(process);
  os_handle_close(process);
  if (status == LLMB_OK) ((char *)text)[size] = 0;
  *out_json = status == LLMB_OK ? text : memory_release(text);
  return status;
}
