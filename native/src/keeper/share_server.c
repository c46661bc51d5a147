#include "keeper/share_server.h"

#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/json_writer.h"
#include "core/memory.h"
#include "core/policy.h"
#include "keeper/keeper_memory.h"
#include "keeper/keeper_protocol.h"
#include "keeper/keeper_reap.h"
#include "keeper/share_boot_id.h"
#include "keeper/share_client.h"
#include "keeper/share_deaths.h"
#include "keeper/share_news.h"
#include "keeper/share_state.h"
#include "platform/os_clock.h"
#include "platform/os_socket.h"

enum { STARTER = ENGINE_HANDLE_SOCKET, LIFELINE = ENGINE_HANDLE_LIFELINE };
enum { ITEMS_FIXED = 2, ITEMS_MAX = ITEMS_FIXED + 2 * KEEPER_CLIENTS_MAX + 2 * SHARE_ENGINES_MAX };

_Static_assert(ITEMS_MAX + 1 + 3 * SHARE_ENGINES_MAX <= OS_POLL_ITEMS_MAX, "one poll sees everything");

/* Static, because it is large and most of it is never touched. */
static struct share_server server;

/* Says why this process cannot serve: its starter's keeper keeps the last lines. */
static int give_up(const char *what) {
  fprintf(stderr, "llmbridge-keeper: no shared engine can be served: %s: %m\n", what);
  return EXIT_FAILURE;
}

/* Whether its predecessors have lived long enough for another one. */
static bool may_begin(void) {
  unsigned count = 0;
  uint64_t wait_ns = 0;
  if (share_deaths_begin(server.place.lock, server.order.restart_limit, server.order.restart_window_ns, &count,
                         &wait_ns)) {
    return true;
  }
  fprintf(stderr,
          "llmbridge-keeper: the shared engine's server has died %u times in %llu ms before it served anybody; the "
          "next is started in %llu ms\n",
          count, (unsigned long long)(server.order.restart_window_ns / 1000000),
          (unsigned long long)(wait_ns / 1000000));
  return false;
}

static bool receive(void *buffer, uint64_t capacity, uint64_t *size) {
  int os_code = 0;
  return os_socket_receive(STARTER, buffer, capacity, size, NULL, 0, NULL, &os_code) == LLMB_OK;
}

/* The three messages that the starter has put into the socket before there was a process. */
static bool receive_order(void) {
  static char message[sizeof(struct share_order) + SHARE_PARTS_SIZE_MAX + SHARE_MODEL_PATH_SIZE];
  uint64_t size = 0;
  if (!receive(message, sizeof message, &size) || share_message_check(message, size) != SHARE_MESSAGE_ORDER)
    return false;
  memcpy(&server.order, message, sizeof server.order);
  server.order.key[SHARE_KEY_SIZE - 1] = server.order.folder[SHARE_FOLDER_SIZE - 1] = 0;
  size -= sizeof server.order;
  if (server.order.parts_size > SHARE_PARTS_SIZE_MAX || server.order.path_size > SHARE_MODEL_PATH_SIZE) return false;
  if (server.order.parts_size + server.order.path_size != size) return false;
  if (server.order.model_size > server.order.parts_size) return false;
  memcpy(server.parts, message + sizeof server.order, server.order.parts_size);
  memcpy(server.model, message + sizeof server.order + server.order.parts_size, server.order.path_size);
  if (server.order.engine_count_max == 0) server.order.engine_count_max = 1;
  if (server.order.engine_count_max > SHARE_ENGINES_MAX) return false;
  return receive(server.spawn, sizeof server.spawn, &server.spawn_size) &&
         keeper_message_check(server.spawn, server.spawn_size) == KEEPER_MESSAGE_SPAWN &&
         receive(server.opening, sizeof server.opening, &server.opening_size);
}

/* What a starter may have made its own and others must not inherit. Signals, environment and descriptors are the
 * keeper's doing, which has started this. What the kernel refuses to give back stays as it is. */
static void reset_inherited(void) {
  cpu_set_t all;
  umask(077);
  (void)setpriority(PRIO_PROCESS, 0, 0);
  memset(&all, 0xff, sizeof all);
  (void)sched_setaffinity(0, sizeof all, &all);
}

static void tell_starter(enum share_message_kind kind) {
  const struct share_head message = share_message_head(kind);
  int os_code = 0;
  (void)os_socket_send(STARTER, &message, sizeof message, NULL, 0, &os_code);
  close(STARTER);
}

/* Nobody reads the starter's log for ever. */
static void leave_starter(void) {
  const int null = open("/dev/null", O_RDWR | O_CLOEXEC);
  if (null >= 0) (void)dup2(null, STDERR_FILENO);
  if (null > STDERR_FILENO) close(null);
}

/* When this process started, in the kernel's ticks since boot: with its number and the boot's id it is unique. */
static uint64_t start_time(void) {
  char text[1024] = "";
  const int file = open("/proc/self/stat", O_RDONLY | O_CLOEXEC);
  if (file < 0) return 0;
  const ssize_t size = read(file, text, sizeof text - 1);
  close(file);
  text[size > 0 ? size : 0] = 0;
  const char *at = strrchr(text, ')');
  for (int field = 2; at != NULL && field < 22; field++) at = strchr(at + 1, ' ');
  return at != NULL ? strtoull(at, NULL, 10) : 0;
}

static bool publish(void) {
  struct json_writer writer;
  char *text = NULL, boot[SHARE_BOOT_ID_SIZE + 1] = "";
  share_boot_id(boot);
  json_writer_begin(&writer);
  json_object_open(&writer);
  json_key(&writer, "pid");
  json_integer(&writer, getpid());
  json_key(&writer, "start_time");
  json_integer(&writer, (int64_t)start_time());
  json_key(&writer, "boot_id");
  json_text(&writer, boot);
  json_key(&writer, "key");
  json_text(&writer, server.order.key);
  json_key(&writer, "protocol");
  json_integer(&writer, SHARE_PROTOCOL_VERSION);
  json_key(&writer, "workers");
  json_integer(&writer, server.order.engine_count_max);
  json_key(&writer, "slots");
  json_integer(&writer, server.order.slot_count);
  json_key(&writer, "model");
  json_text(&writer, server.model[0] != 0 ? server.model : NULL);
  json_key(&writer, "parts");
  json_text_sized(&writer, server.parts, server.order.parts_size);
  json_object_close(&writer);
  if (json_writer_finish(&writer, &text) != LLMB_OK) return false;
  const bool is_written = share_place_publish(&server.place, text, strlen(text));
  memory_release(text);
  return is_written;
}

static unsigned engine_count(void) {
  unsigned count = 0;
  for (unsigned i = 0; i < SHARE_ENGINES_MAX; i++) count += server.engines[i].is_used;
  return count;
}

/* Whether nobody needs this server any more. It hides first: whoever connected before that is in the listener, and is
 * served; who comes later finds nobody, and starts another. */
static bool leaves(uint64_t now_ns) {
  if (engine_count() > 0 || share_client_count(&server) > 0) return false;
  if (now_ns < server.stays_until_ns) return false;
  share_place_hide(&server.place);
  share_client_accept(&server, now_ns);
  if (share_client_count(&server) == 0) return true;
  share_place_stop_listening(&server.place);
  if (share_place_listen(&server.place)) (void)publish();
  return false;
}

/* True if something was removed from the folder. */
static bool poll_all(void) {
  static struct os_poll_item items[ITEMS_MAX + KEEPER_LOOP_ITEMS_MAX];
  unsigned count = 0;
  uint64_t until_ns = LLMB_NEVER;
  const uint64_t now_ns = os_clock_ns();
  const unsigned loop_count = keeper_loop_items(&server.loop, items, &until_ns);
  struct os_poll_item *own = items + loop_count;
  own[count++].handle = server.place.listener;
  own[count++].handle = server.place.watch;
  for (unsigned i = 0; i < KEEPER_CLIENTS_MAX; i++) {
    const struct share_client *client = &server.clients[i];
    if (client->stage == SHARE_CLIENT_NONE) continue;
    own[count++].handle = client->socket;
    own[count++].handle = client->process;
    uint64_t look_ns = LLMB_NEVER;
    if (client->stage == SHARE_CLIENT_GREETING) look_ns = client->greets_until_ns;
    if (client->stage == SHARE_CLIENT_WAITING) {
      look_ns = now_ns + (client->engine->is_ready ? SHARE_LOOK_NS : SHARE_LOAD_LOOK_NS);
    }
    if (look_ns < until_ns) until_ns = look_ns;
  }
  for (unsigned i = 0; i < SHARE_ENGINES_MAX; i++) {
    const struct share_engine *engine = &server.engines[i];
    if (!engine->is_used) continue;
    own[count++].handle = engine->process.ended ? OS_HANDLE_NONE : engine->process.events;
    own[count++].handle = engine->post;
    if (engine->is_lost && engine->ends_until_ns < until_ns) until_ns = engine->ends_until_ns;
    if (!engine->is_ready && now_ns + SHARE_LOAD_LOOK_NS < until_ns) until_ns = now_ns + SHARE_LOAD_LOOK_NS;
  }
  if (share_client_count(&server) == 0 && engine_count() == 0 && server.stays_until_ns < until_ns) {
    until_ns = server.stays_until_ns;
  }
  (void)os_poll(items, loop_count + count, until_ns);
  keeper_loop_engines(&server.loop, items);
  keeper_loop_reap(&server.loop, items);
  return own[1].readable;
}

static void step_all(bool is_disturbed) {
  const uint64_t now_ns = os_clock_ns();
  if (is_disturbed && share_place_mend(&server.place)) (void)publish();
  share_client_accept(&server, now_ns);
  for (unsigned i = 0; i < SHARE_ENGINES_MAX; i++) {
    if (server.engines[i].is_used) share_news_step(&server, &server.engines[i], now_ns);
  }
  for (unsigned i = 0; i < KEEPER_CLIENTS_MAX; i++) {
    if (server.clients[i].stage != SHARE_CLIENT_NONE) share_client_step(&server, &server.clients[i], now_ns);
  }
}

static void serve(void) {
  server.stays_until_ns = os_clock_ns() + SHARE_FIRST_CLIENT_NS;
  for (;;) {
    const bool is_disturbed = poll_all();
    if (server.loop.is_ending) break;
    step_all(is_disturbed);
    if (leaves(os_clock_ns())) break;
  }
  if (!server.is_serving) share_deaths_end(server.place.lock);
  share_place_hide(&server.place);
  keeper_reap_all(&server.loop.table, server.loop.signals);
}

int share_server_main(void) {
  close(LIFELINE);
  if (!receive_order()) return give_up("its starter's order cannot be read");
  reset_inherited();
  oom_kills_begin();
  if (!keeper_loop_prepare(&server.loop)) return give_up("the process cannot be prepared");
  for (unsigned i = 0; i < KEEPER_CLIENTS_MAX; i++)
    server.clients[i].socket = server.clients[i].process = OS_HANDLE_NONE;
  switch (share_place_take(&server.place, server.order.folder, server.order.key, os_clock_ns() + SHARE_CANDIDATE_NS)) {
    case SHARE_TAKING_OTHERS:
      tell_starter(SHARE_MESSAGE_TAKEN);
      return EXIT_SUCCESS;
    case SHARE_TAKING_FAILED:
      return give_up(server.order.folder);
    case SHARE_TAKING_MINE:
      break;
  }
  if (!may_begin()) return EXIT_FAILURE;
  if (!share_place_listen(&server.place) || !publish()) return give_up(server.order.folder);
  tell_starter(SHARE_MESSAGE_READY);
  leave_starter();
  serve();
  return EXIT_SUCCESS;
}
