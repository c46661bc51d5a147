#include <string.h>

#include "../core/error.h"
#include "../core/fault_point.h"
#include "../core/memory.h"
#include "../platform/os_clock.h"
#include "../platform/os_event.h"
#include "../platform/os_region.h"
#include "bridge_object.h"
#include "call_object.h"
#include "launch.h"
#include "process_state.h"

uint64_t settings_duration_ns(const llmb_settings *settings, enum setting_id id) {
  const int64_t milliseconds = settings->values[id].integer;
  return milliseconds <= 0 ? LLMB_NEVER : (uint64_t)milliseconds * 1000000u;
}

llmb_status bridge_check(const llmb_bridge *bridge, llmb_error *error) {
  if (bridge == NULL) {
    return error_set(error, LLMB_E_INVALID_ARGUMENT, LLMB_PHASE_CONFIGURE, "bridge is NULL");
  }
  if (bridge->generation == process_generation()) return LLMB_OK;
  return error_set(error, LLMB_E_FORKED, LLMB_PHASE_CONFIGURE,
                   "this handle was opened in another process, before a fork; open a bridge in this one");
}

void bridge_retain(llmb_bridge *bridge) {
  atomic_fetch_add(&bridge->references, 1);
}

static void bridge_free(llmb_bridge *bridge) {
  os_handle_close(bridge->pool.bell); /* not at closing: a pump may be about to poll it */
  while (bridge->kept_first != NULL) {
    llmb_call *call = bridge->kept_first;
    bridge->kept_first = call->next;
    call_free(call);
  }
  launch_clear(&bridge->pool.launch);
  settings_clear(&bridge->settings);
  memory_release(bridge->call_pairs);
  pthread_mutex_destroy(&bridge->lock);
  memory_release(bridge);
}

void bridge_release(llmb_bridge *bridge) {
  if (atomic_fetch_sub(&bridge->references, 1) == 1) bridge_free(bridge);
}

static llmb_status configure(llmb_bridge *bridge, const llmb_settings *given, llmb_error *error) {
  llmb_status status = settings_resolve_bridge(given, &bridge->settings, error);
  if (status != LLMB_OK) return status;
  status = launch_prepare(&bridge->settings, &bridge->pool.launch, error);
  if (status != LLMB_OK) return status;
  status = settings_encode(&bridge->settings, SETTING_OF_CALL, &bridge->call_pairs, &bridge->call_pairs_size);
  if (status != LLMB_OK) return error_set(error, status, LLMB_PHASE_CONFIGURE, "no memory for the settings");
  const int64_t workers = bridge->settings.values[SETTING_WORKERS].integer;
  bridge->pool.worker_count_max = workers > 0 ? (uint32_t)workers : 1; /* 0: a process per call, but one to run them */
  bridge->pool.queue_count_max = (uint32_t)bridge->settings.values[SETTING_QUEUE].integer;
  restart_policy_init(&bridge->pool.restart, (uint32_t)bridge->settings.values[SETTING_RESTART_LIMIT].integer,
                      (uint64_t)bridge->settings.values[SETTING_RESTART_WINDOW_MS].integer * 1000000u, os_clock_ns());
  bridge->pool.recycle.calls = (uint64_t)bridge->settings.values[SETTING_RECYCLE_CALLS].integer;
  bridge->pool.recycle.growth_bytes = (uint64_t)bridge->settings.values[SETTING_RECYCLE_MB].integer << 20;
  status = pool_open(&bridge->pool, error);
  bridge->pool_open = status == LLMB_OK;
  return status;
}

llmb_status llmb_bridge_open(const llmb_settings *settings, llmb_bridge **out_bridge, llmb_error *out_error) {
  if (out_bridge == NULL) {
    return error_set(out_error, LLMB_E_INVALID_ARGUMENT, LLMB_PHASE_CONFIGURE, "out_bridge is NULL");
  }
  *out_bridge = NULL;
  process_enter();
  void *memory = NULL;
  llmb_status status = memory_allocate(sizeof(llmb_bridge), &memory);
  if (status != LLMB_OK) return error_set(out_error, status, LLMB_PHASE_CONFIGURE, "no memory for the bridge");
  llmb_bridge *bridge = memory;
  bridge->generation = process_generation();
  bridge->pool.bell = OS_HANDLE_NONE;
  atomic_store(&bridge->references, 1);
  if (pthread_mutex_init(&bridge->lock, NULL) != 0) {
    memory_release(bridge);
    return error_set(out_error, LLMB_E_OUT_OF_MEMORY, LLMB_PHASE_CONFIGURE, "could not make the bridge's lock");
  }
  llmb_error failure;
  llmb_error_init(&failure);
  status = configure(bridge, settings, &failure);
  if (status != LLMB_OK) {
    const char *engine = bridge->settings.values[SETTING_ENGINE].text;
    if (engine != NULL) error_copy_text(failure.engine, sizeof failure.engine, engine, strlen(engine), 0);
    error_copy(out_error, &failure);
    if (bridge->pool_open) pool_close(&bridge->pool);
    bridge_release(bridge);
    return status;
  }
  *out_bridge = bridge;
  return LLMB_OK;
}

/* Under the lock: prepares to sleep; false if there is no need to. */
static bool prepare_sleep(llmb_bridge *bridge, struct pool_ticket *ticket, struct pool_poll *poll,
                          llmb_status *status) {
  pool_step(&bridge->pool, os_clock_ns());
  if (atomic_exchange(&ticket->nudged, 0) != 0 || atomic_load(&ticket->state) != TICKET_QUEUED) return false;
  if (ticket->bell == OS_HANDLE_NONE) {
    int os_code = 0;
    *status = os_event_create(&ticket->bell, &os_code);
    if (*status != LLMB_OK) return false;
  }
  poll->items[poll->count++] = (struct os_poll_item){.handle = ticket->bell};
  pool_prepare_poll(&bridge->pool, NULL, poll);
  return true;
}

llmb_status bridge_await_ticket(llmb_bridge *bridge, struct pool_ticket *ticket, uint64_t until_ns) {
  llmb_status status = LLMB_OK;
  struct pool_poll poll = {.until_ns = until_ns};
  pthread_mutex_lock(&bridge->lock);
  const bool sleeps = prepare_sleep(bridge, ticket, &poll, &status);
  pthread_mutex_unlock(&bridge->lock);
  if (!sleeps) return status;
  os_poll(poll.items, poll.count, poll.until_ns);
  if (poll.items[0].readable) os_event_clear(ticket->bell);
  pthread_mutex_lock(&bridge->lock);
  pool_after_poll(&bridge->pool, &poll);
  pool_step(&bridge->pool, os_clock_ns());
  pool_release_held(&poll);
  pthread_mutex_unlock(&bridge->lock);
  return LLMB_OK;
}

llmb_status llmb_bridge_start(llmb_bridge *bridge, uint64_t deadline_ns, llmb_error *out_error) {
  llmb_status status = bridge_check(bridge, out_error);
  if (status != LLMB_OK) return status;
  llmb_error failure;
  llmb_error_init(&failure);
  struct pool_ticket ticket = {.bell = OS_HANDLE_NONE, .failure = &failure, .until_ns = deadline_ns};
  const uint64_t start_ns = os_clock_ns();
  bridge_retain(bridge);
  pthread_mutex_lock(&bridge->lock);
  bool ready = false;
  if (atomic_load(&bridge->closing)) {
    status = error_set(&failure, LLMB_E_CANCELLED, LLMB_PHASE_STOP, "the bridge was closed");
  } else {
    pool_step(&bridge->pool, start_ns);
    ready = pool_ready(&bridge->pool);
    if (!ready) status = pool_enter(&bridge->pool, &ticket, start_ns, &failure);
  }
  pthread_mutex_unlock(&bridge->lock);
  if (ready) {
    bridge_release(bridge);
    return LLMB_OK;
  }

  while (status == LLMB_OK && atomic_load(&ticket.state) == TICKET_QUEUED) {
    if (deadline_ns != LLMB_NEVER && os_clock_ns() >= deadline_ns) {
      status = LLMB_E_NOT_READY;
    } else {
      status = bridge_await_ticket(bridge, &ticket, deadline_ns);
    }
  }
  pthread_mutex_lock(&bridge->lock);
  if (status == LLMB_E_NOT_READY && atomic_load(&ticket.state) == TICKET_QUEUED) {
    error_set(&failure, LLMB_E_DEADLINE_EXCEEDED, LLMB_PHASE_LOAD,
              "the engine was not ready in time; its start goes on");
    failure.retry_safe = 1;
  } else if (status != LLMB_OK && failure.status == LLMB_OK) {
    error_set(&failure, LLMB_E_OUT_OF_MEMORY, LLMB_PHASE_START, "could not make a doorbell to wait for the start");
  }
  if (atomic_load(&ticket.state) == TICKET_FAILED) failure.elapsed_ms = (double)(os_clock_ns() - start_ns) / 1e6;
  pool_leave(&bridge->pool, &ticket, true, os_clock_ns());
  pthread_mutex_unlock(&bridge->lock);
  bridge_release(bridge);
  os_handle_close(ticket.bell);
  if (failure.status != LLMB_OK) error_copy(out_error, &failure);
  return failure.status;
}

llmb_status llmb_bridge_info(llmb_bridge *bridge, char **out_json, llmb_error *out_error) {
  llmb_status status = bridge_check(bridge, out_error);
  if (status != LLMB_OK) return status;
  if (out_json == NULL) {
    return error_set(out_error, LLMB_E_INVALID_ARGUMENT, LLMB_PHASE_CONFIGURE, "out_json is NULL");
  }
  pthread_mutex_lock(&bridge->lock);
  const char *info = bridge->pool.info != NULL ? bridge->pool.info : "{}";
  status = memory_copy_text(info, strlen(info), out_json);
  pthread_mutex_unlock(&bridge->lock);
  if (status != LLMB_OK) return error_set(out_error, status, LLMB_PHASE_NONE, "no memory for the information");
  return LLMB_OK;
}

llmb_status llmb_bridge_sandbox(llmb_bridge *bridge, uint32_t *out_layers) {
  const llmb_status status = bridge_check(bridge, NULL);
  if (status != LLMB_OK) return status;
  if (out_layers == NULL) return LLMB_E_INVALID_ARGUMENT;
  pthread_mutex_lock(&bridge->lock);
  *out_layers = bridge->pool.layers;
  pthread_mutex_unlock(&bridge->lock);
  return LLMB_OK;
}

llmb_status llmb_bridge_load_progress(llmb_bridge *bridge, uint32_t *out_permille) {
  const llmb_status status = bridge_check(bridge, NULL);
  if (status != LLMB_OK) return status;
  if (out_permille == NULL) return LLMB_E_INVALID_ARGUMENT;
  *out_permille = 0;
  pthread_mutex_lock(&bridge->lock);
  pool_step(&bridge->pool, os_clock_ns());
  for (uint32_t i = 0; i < bridge->pool.worker_count_max; i++) {
    const struct connection *worker = bridge->pool.workers[i];
    if (worker == NULL) continue;
    uint32_t permille = atomic_load_explicit(&worker->region->load_permille, memory_order_relaxed);
    permille = permille < 1000 ? permille : 999; /* it is the ready message that makes it whole */
    if (worker->state == WORKER_READY) permille = 1000;
    if (permille > *out_permille) *out_permille = permille;
  }
  pthread_mutex_unlock(&bridge->lock);
  return LLMB_OK;
}

llmb_status llmb_bridge_worker_pid(llmb_bridge *bridge, int64_t *out_pid) {
  const llmb_status status = bridge_check(bridge, NULL);
  if (status != LLMB_OK) return status;
  if (out_pid == NULL) return LLMB_E_INVALID_ARGUMENT;
  *out_pid = 0;
  pthread_mutex_lock(&bridge->lock);
  pool_step(&bridge->pool, os_clock_ns());
  for (uint32_t i = 0; i < bridge->pool.worker_count_max; i++) {
    const struct connection *worker = bridge->pool.workers[i];
    if (worker != NULL && worker->state != WORKER_ENDED && worker->process.pid != 0) *out_pid = worker->process.pid;
  }
  pthread_mutex_unlock(&bridge->lock);
  return LLMB_OK;
}

void llmb_bridge_close(llmb_bridge *bridge) {
  if (bridge == NULL) return;
  if (bridge_check(bridge, NULL) != LLMB_OK) {
    bridge_abandon(bridge);
    return;
  }
  pthread_mutex_lock(&bridge->lock);
  atomic_store(&bridge->closing, 1);
  FAULT_POINT(HOST_CLOSE);
  os_event_ring(bridge->pool.bell); /* a pump is to look, report what is cancelled now, and leave */
  pool_close(&bridge->pool);
  pthread_mutex_unlock(&bridge->lock);
  bridge_release(bridge);
}

void bridge_abandon(llmb_bridge *bridge) {
  /* The lock may be held by a thread that does not exist here, and calls may have been in any state: only close what
   * keeps the parent's engines from noticing the parent's end, and leave the memory. */
  for (uint32_t i = 0; i < bridge->pool.worker_count_max; i++) {
    struct connection *worker = bridge->pool.workers[i];
    if (worker == NULL) continue;
    os_handle_close(worker->socket);
    os_handle_close(worker->engine_bell);
    os_handle_close(worker->process.events); /* not engine_process_close: that would end the parent's engine */
    os_handle_close(worker->process.process);
    for (uint32_t s = 0; s < worker->slot_count; s++) os_handle_close(worker->slots[s].bell);
    os_region_unmap(worker->region, worker->region_size);
    bridge->pool.workers[i] = NULL;
  }
  bridge->pool.bell = os_handle_close(bridge->pool.bell);
}
