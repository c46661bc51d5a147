#include "channel/engine_connect.h"

#include <stddef.h>
#include <string.h>
#include <unistd.h>

#include "channel/engine_client.h"
#include "channel/engine_say.h"
#include "channel/handshake.h"
#include "core/error.h"
#include "core/fault_point.h"
#include "core/memory.h"
#include "core/settings_pairs.h"
#include "platform/os_bell.h"
#include "platform/os_clock.h"
#include "platform/os_poll.h"
#include "platform/os_refusal.h"
#include "platform/os_region.h"
#include "platform/os_socket.h"

enum { ENGINE_SOCKET = 3, ENGINE_LIFELINE = 4, WATCHER_STACK_SIZE = 64 << 10, EXIT_ORPHANED = 125 };

/* The keeper's end of the lifeline closes when the keeper is gone, whatever this process is busy with. */
static void *watch_lifeline(void *argument) {
  const llmb_engine *engine = argument;
  struct os_poll_item item = {.handle = engine->lifeline.handle};
  while (os_poll(&item, 1, LLMB_NEVER) == 0) continue;
  _exit(EXIT_ORPHANED);
}

/* Without it this process could outlive its keeper: the host is told why there is no engine. */
static llmb_status start_watcher(llmb_engine *engine, llmb_error *error) {
  pthread_attr_t attributes;
  llmb_error refusal;
  llmb_error_init(&refusal);
  int os_code = pthread_attr_init(&attributes);
  if (os_code != 0) goto finish;
  pthread_attr_setstacksize(&attributes, WATCHER_STACK_SIZE);
  pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
  os_code = pthread_create(&engine->watcher, &attributes, watch_lifeline, engine);
  engine->watching = os_code == 0;
  pthread_attr_destroy(&attributes);

finish:
  if (os_code == 0) return LLMB_OK;
  error_set_os(&refusal, os_refusal_status(os_code), LLMB_PHASE_START, os_code,
               "the engine could not start the thread that watches its lifeline to the keeper (clone3)");
  llmb_engine_refuse(engine, refusal.status, refusal.message);
  return error_set(error, refusal.status, LLMB_PHASE_START, "%s", refusal.message);
}

/* One of the host's opening messages, waiting for it up to a limit. */
static llmb_status receive_message(os_handle socket, void *buffer, uint64_t capacity, uint64_t *size,
                                   os_handle *handles, unsigned *handle_count) {
  const uint64_t deadline_ns = os_clock_ns() + CHANNEL_OPEN_TIMEOUT_NS;
  for (;;) {
    int os_code = 0;
    const llmb_status status =
        os_socket_receive(socket, buffer, capacity, size, handles, OS_SOCKET_HANDLES_MAX, handle_count, &os_code);
    if (status != LLMB_E_NOT_READY) return status;
    struct os_poll_item item = {.handle = socket};
    if (os_poll(&item, 1, deadline_ns) == 0) return LLMB_E_DEADLINE_EXCEEDED;
  }
}

static void close_handles(os_handle *handles, unsigned count) {
  for (unsigned i = 0; i < count; i++) handles[i] = os_handle_close(handles[i]);
}

/* A process of our own knows what it has; only what lies in a host's process may be closed by others. */
static os_handle own_end(const llmb_engine *engine, os_handle handle) {
  return engine->in_process ? handle : os_handle_number(handle);
}

static llmb_status receive_open(llmb_engine *engine, llmb_error *error) {
  uint8_t message[sizeof(struct handshake_open) + CHANNEL_SETTINGS_SIZE_MAX];
  struct handshake_open open;
  os_handle handles[OS_SOCKET_HANDLES_MAX];
  unsigned handle_count = 0;
  uint64_t size = 0;
  llmb_status status = receive_message(engine->socket, message, sizeof message, &size, handles, &handle_count);
  if (status != LLMB_OK) return error_set(error, status, LLMB_PHASE_START, "no opening message came from the host");
  if (size >= sizeof open) memcpy(&open, message, sizeof open);
  engine->is_shared = size >= sizeof open && open.type == HANDSHAKE_OPEN_SHARED && !engine->in_process;
  if (size < sizeof open || handle_count != (engine->is_shared ? 1 : 3)) {
    close_handles(handles, handle_count);
    return error_set(error, LLMB_E_PROTOCOL_ERROR, LLMB_PHASE_START, "the host's opening message is malformed");
  }
  if (engine->is_shared) {
    engine->post = own_end(engine, handles[0]);
    handles[0] = OS_HANDLE_NONE;
  } else {
    engine->post = own_end(engine, handles[1]);
    engine->only.worker_bell = own_end(engine, handles[2]);
  }
  if ((open.type != HANDSHAKE_OPEN && !engine->is_shared) || open.protocol_version != CHANNEL_PROTOCOL_VERSION) {
    close_handles(handles, 1);
    return error_set(error, LLMB_E_PROTOCOL_ERROR, LLMB_PHASE_START, "the host speaks protocol %u, this engine %d",
                     open.protocol_version, CHANNEL_PROTOCOL_VERSION);
  }
  if (open.slot_count == 0 || open.slot_count > CHANNEL_SLOTS_MAX || open.settings_size != size - sizeof open ||
      open.region_size != (engine->is_shared ? 0 : channel_region_size(open.slot_count))) {
    close_handles(handles, 1);
    return error_set(error, LLMB_E_PROTOCOL_ERROR, LLMB_PHASE_START, "the host's opening message contradicts itself");
  }
  if (!engine->is_shared) {
    int os_code = 0;
    void *address = NULL;
    status = os_region_map(handles[0], open.region_size, &address, &os_code);
    close_handles(handles, 1);
    if (status != LLMB_OK) return error_set_os(error, status, LLMB_PHASE_START, os_code, "could not map the channel");
    engine->only.region = address;
    engine->only.region_size = open.region_size;
    engine->only.slot_count = open.slot_count;
    engine->only.socket = engine->socket;
    engine->clients[0] = &engine->only;
    engine->client_count = 1;
  }
  engine->slot_count = open.slot_count;
  status = settings_decode((const char *)message + sizeof open, open.settings_size, &engine->settings, error);
  const int64_t idle_ms = engine->settings.values[SETTING_IDLE_MS].integer;
  engine->idle_ns = idle_ms > 0 ? (uint64_t)idle_ms * 1000000u : LLMB_NEVER;
  return status;
}

static llmb_status receive_bells(llmb_engine *engine, llmb_error *error) {
  for (uint32_t have = 0; have < engine->slot_count;) {
    struct handshake_bells bells;
    os_handle handles[OS_SOCKET_HANDLES_MAX];
    unsigned count = 0;
    uint64_t size = 0;
    const llmb_status status = receive_message(engine->socket, &bells, sizeof bells, &size, handles, &count);
    if (status != LLMB_OK) return error_set(error, status, LLMB_PHASE_START, "the host's doorbells did not come");
    if (size != sizeof bells || bells.type != HANDSHAKE_BELLS || bells.first_slot != have || bells.count != count ||
        count == 0 || count > engine->slot_count - have) {
      close_handles(handles, count);
      return error_set(error, LLMB_E_PROTOCOL_ERROR, LLMB_PHASE_START, "the host's doorbells are malformed");
    }
    for (unsigned i = 0; i < count; i++) engine->only.slot_bells[have + i] = own_end(engine, handles[i]);
    have += count;
  }
  return LLMB_OK;
}

static llmb_status send_hello(llmb_engine *engine, const char *name, const char *version, llmb_error *error) {
  struct handshake_hello hello = {.type = HANDSHAKE_HELLO, .protocol_version = CHANNEL_PROTOCOL_VERSION};
  error_copy_text(hello.name, sizeof hello.name, name, strlen(name), 0);
  error_copy_text(hello.version, sizeof hello.version, version, strlen(version), 0);
  const llmb_status status = engine_post(engine, &hello, sizeof hello);
  if (status == LLMB_OK) return LLMB_OK;
  return error_set(error, status, LLMB_PHASE_START, "could not greet the host");
}

static llmb_status create(llmb_engine **out, llmb_error *error) {
  void *memory = NULL;
  const llmb_status status = memory_allocate(sizeof(llmb_engine), &memory);
  if (status != LLMB_OK) return error_set(error, status, LLMB_PHASE_START, "no memory for the connection");
  llmb_engine *engine = memory;
  engine->socket = engine->post = engine->watched = engine->only.socket = engine->only.worker_bell = OS_HANDLE_NONE;
  for (uint32_t i = 0; i < CHANNEL_SLOTS_MAX; i++) engine->only.slot_bells[i] = OS_HANDLE_NONE;
  engine->lifeline.handle = engine->lifeline.bell = OS_HANDLE_NONE;
  engine->spin = spin_create();
  *out = engine;
  return LLMB_OK;
}

/* The host's opening messages, and the answer to them. */
static llmb_status greet(llmb_engine *engine, const char *name, const char *version, llmb_error *error) {
  llmb_status status = receive_open(engine, error);
  if (status != LLMB_OK) return status;
  if (!engine->is_shared) {
    status = receive_bells(engine, error);
    if (status != LLMB_OK) return status;
    engine_client_prepare(engine, &engine->only);
  }
  FAULT_POINT(ENGINE_OPENED);
  status = send_hello(engine, name, version, error);
  FAULT_POINT(ENGINE_GREETED);
  return status;
}

llmb_status engine_connect_thread(const char *name, const char *version, os_handle socket, llmb_engine **out) {
  llmb_engine *engine = NULL;
  llmb_status status = create(&engine, NULL);
  if (status != LLMB_OK) {
    os_handle_close(socket);
    return status;
  }
  engine->socket = socket;
  engine->in_process = true;
  status = greet(engine, name, version, NULL);
  if (status != LLMB_OK) {
    llmb_engine_close(engine);
    engine = NULL;
  }
  *out = engine;
  return status;
}

llmb_status llmb_engine_connect(const char *name, const char *version, llmb_engine **out_engine,
                                llmb_error *out_error) {
  if (out_engine == NULL || name == NULL || version == NULL) {
    return error_set(out_error, LLMB_E_INVALID_ARGUMENT, LLMB_PHASE_CONFIGURE, "name, version or out_engine is NULL");
  }
  *out_engine = NULL;
  FAULT_POINT(ENGINE_CONNECT);
  llmb_engine *engine = NULL;
  llmb_status status = create(&engine, out_error);
  if (status != LLMB_OK) return status;

  status = keeper_lifeline_open(ENGINE_LIFELINE, &engine->lifeline);
  if (status != LLMB_OK) {
    error_set(out_error, LLMB_E_NOT_FOUND, LLMB_PHASE_START,
              "this program is an engine: it is started by llmbridge-keeper, not by hand");
    status = LLMB_E_NOT_FOUND;
    goto finish;
  }
  engine->socket = ENGINE_SOCKET;
  /* Both came through an exec. No program that this one starts may have them: one word into either ends the engine. */
  os_handle_close_on_exec(engine->socket);
  os_handle_close_on_exec(engine->lifeline.handle);
  os_bell_ignore_end();
  status = greet(engine, name, version, out_error);
  if (status == LLMB_OK) status = start_watcher(engine, out_error);

finish:
  if (status != LLMB_OK) {
    llmb_engine_close(engine);
    engine = NULL;
  }
  *out_engine = engine;
  return status;
}

void llmb_engine_close(llmb_engine *engine) {
  if (engine == NULL) return;
  engine->only.socket = OS_HANDLE_NONE; /* it is the engine's */
  engine_client_clear(&engine->only);
  for (uint32_t i = 0; i < engine->client_count; i++) {
    if (engine->clients[i] == &engine->only) continue;
    engine_client_clear(engine->clients[i]);
    memory_release(engine->clients[i]);
  }
  engine->client_count = 0;
  settings_clear(&engine->settings);
  engine->post = os_handle_close(engine->post);
  engine->socket = os_handle_close(engine->socket);
  /* The watcher goes on until the process ends; it reads the lifeline from this struct. */
  if (engine->watching) return;
  keeper_lifeline_close(&engine->lifeline);
  memory_release(engine);
}

const char *llmb_engine_setting(const llmb_engine *engine, const char *name) {
  const enum setting_id id = settings_find(name);
  return id == SETTING_COUNT ? NULL : engine->settings.values[id].text;
}

uint32_t llmb_engine_in_process(const llmb_engine *engine) {
  return engine->in_process;
}

void llmb_engine_watch(llmb_engine *engine, int32_t descriptor) {
  engine->watched = descriptor;
}

void llmb_engine_declare(llmb_engine *engine, uint32_t abilities) {
  engine->abilities = abilities;
}
