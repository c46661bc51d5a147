/* llmbridge-keeper: the only parent of a host's engines. One thread, one loop; nothing in it waits for anybody but in
 * os_poll. Started by keeper_client.c with the control socket as descriptor 3 and the host's handle as 4. */
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/fault_point.h"
#include "keeper/keeper_engine.h"
#include "keeper/keeper_loop.h"
#include "keeper/keeper_memory.h"
#include "keeper/keeper_protocol.h"
#include "keeper/keeper_reap.h"
#include "keeper/keeper_spawn.h"
#include "keeper/session_helper.h"
#include "keeper/session_protocol.h"
#include "keeper/session_survey.h"
#include "keeper/share_protocol.h"
#include "keeper/share_server.h"
#include "keeper/share_survey.h"
#include "platform/os_poll.h"
#include "platform/os_process.h"
#include "platform/os_socket.h"

enum { EXIT_USAGE = 2 };
enum { ITEM_CONTROL, ITEM_HOST, ITEMS_FIXED };

static_assert((int)ITEMS_FIXED + (int)KEEPER_LOOP_ITEMS_MAX <= (int)OS_POLL_ITEMS_MAX, "one poll sees everything");

/* Static, because they are large and most of them is never touched. */
static struct keeper_loop program;
static char message[KEEPER_MESSAGE_SIZE_MAX];
static struct keeper_spawn_request request;

static bool was_started_by_library(void) {
  int type = 0;
  socklen_t size = sizeof type;
  return getsockopt(KEEPER_HANDLE_CONTROL, SOL_SOCKET, SO_TYPE, &type, &size) == 0 && type == SOCK_SEQPACKET;
}

static bool greet(void) {
  os_handle self = OS_HANDLE_NONE;
  int os_code;
  if (os_process_self(&self, &os_code) != LLMB_OK) return false;
  struct keeper_number_message greeting = {.head = keeper_message_head(KEEPER_MESSAGE_GREETING),
                                           .number = (uint64_t)getpid()};
  llmb_status status = os_socket_send(KEEPER_HANDLE_CONTROL, &greeting, sizeof greeting, &self, 1, &os_code);
  os_handle_close(self);
  return status == LLMB_OK;
}

/* False when the message breaks the protocol, which ends the keeper: its host is not what it takes it for. Takes the
 * handles over. */
static bool handle_message(uint64_t size, os_handle handles[2], unsigned handle_count) {
  struct keeper_number_message number;
  struct engine *engine;
  enum keeper_message_kind kind = keeper_message_check(message, size);
  if (kind == KEEPER_MESSAGE_SPAWN && handle_count == 2 && keeper_spawn_decode(message, size, &request)) {
    FAULT_POINT(KEEPER_SPAWN_READ);
    keeper_spawn_engine(&program.table, &request, handles[0], handles[1], &program.descriptor_limit);
    return true;
  }
  for (unsigned i = 0; i < handle_count; i++) os_handle_close(handles[i]);
  if (kind == KEEPER_MESSAGE_KILL && handle_count == 0) {
    memcpy(&number, message, sizeof number);
    FAULT_POINT(KEEPER_KILL_READ);
    engine = engine_find_id(&program.table, number.number);
    if (engine != NULL) engine_kill(engine); /* else it ended meanwhile */
    return true;
  }
  return false; /* GOODBYE, and everything that is not to be */
}

static void handle_control(void) {
  for (unsigned turn = 0; turn < KEEPER_CONTROL_TURN_COUNT; turn++) {
    os_handle handles[2] = {OS_HANDLE_NONE, OS_HANDLE_NONE};
    uint64_t size = 0;
    unsigned handle_count = 0;
    int os_code = 0;
    llmb_status status =
        os_socket_receive(KEEPER_HANDLE_CONTROL, message, sizeof message, &size, handles, 2, &handle_count, &os_code);
    if (status == LLMB_E_NOT_READY) return;
    /* No descriptors left: that spawn is lost, and its host sees so by its event socket. */
    if (status == LLMB_E_OUT_OF_MEMORY) continue;
    if (status == LLMB_OK && handle_message(size, handles, handle_count)) continue;
    program.is_ending = true;
    return;
  }
}

static void run(void) {
  struct os_poll_item items[ITEMS_FIXED + KEEPER_LOOP_ITEMS_MAX];
  while (!program.is_ending) {
    uint64_t until_ns = 0;
    items[ITEM_CONTROL].handle = KEEPER_HANDLE_CONTROL;
    items[ITEM_HOST].handle = KEEPER_HANDLE_HOST;
    const unsigned count = ITEMS_FIXED + keeper_loop_items(&program, items + ITEMS_FIXED, &until_ns);
    (void)os_poll(items, count, until_ns);
    if (items[ITEM_HOST].readable) program.is_ending = true;
    keeper_loop_engines(&program, items + ITEMS_FIXED);
    if (items[ITEM_CONTROL].readable) handle_control();
    keeper_loop_reap(&program, items + ITEMS_FIXED);
  }
}

int main(int argc, char **argv) {
  if (!was_started_by_library()) {
    fprintf(stderr, "llmbridge-keeper: started by the llmbridge library, not by hand\n");
    return EXIT_USAGE;
  }
  if (argc == 2 && strcmp(argv[1], SHARE_ROLE) == 0) return share_server_main();
  if (argc == 2 && strcmp(argv[1], SESSION_ROLE) == 0) return session_helper_main();
  if (argc > 2 && strcmp(argv[1], SESSION_ROLE_SURVEY) == 0) return session_survey_main(argc, argv);
  if (argc > 2 && strcmp(argv[1], SHARE_ROLE_SURVEY) == 0) return share_survey_main(argc, argv);
  FAULT_POINT(KEEPER_START);
  oom_kills_begin();
  if (!keeper_loop_prepare(&program) || !greet()) return EXIT_FAILURE;
  FAULT_POINT(KEEPER_GREETED);
  run();
  FAULT_POINT(KEEPER_END);
  keeper_reap_all(&program.table, program.signals);
  return EXIT_SUCCESS;
}
