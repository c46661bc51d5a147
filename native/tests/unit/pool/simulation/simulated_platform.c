/* The operating system of the simulated world: a clock, handles that ring, sockets, memory, and the one place where
 * time passes. */
#include <string.h>

#include "platform/os_bell.h"
#include "platform/os_clock.h"
#include "platform/os_poll.h"
#include "platform/os_post.h"
#include "platform/os_process.h"
#include "platform/os_region.h"
#include "platform/os_socket.h"
#include "tests/unit/pool/simulation/simulated_world.h"

enum { HANDLE_FIRST = 100000, SLEEPS_MAX = 100000 };

struct world world;

static struct {
  bool open[WORLD_HANDLES_MAX], rung[WORLD_HANDLES_MAX];
  os_handle heard[WORLD_HANDLES_MAX]; /* the end that hears what is rung here */
  unsigned next, sleeps;
} handles;

void world_begin(uint64_t seed) {
  memset(&handles, 0, sizeof handles);
  memset(&world, 0, sizeof world);
  world_regions_forget();
  world_engines_forget();
  world.random.state = seed * UINT64_C(0x9E3779B97F4A7C15) | 1;
  for (int i = 0; i < 8; i++) random_next(&world.random, 0);
  world.now_ns = 1000000 * WORLD_MS;
}

void world_break(const char *promise) {
  if (world.broken == NULL) world.broken = promise;
}

bool world_chance(unsigned per_thousand) {
  return random_next(&world.random, 1000) < per_thousand;
}

unsigned world_way(unsigned count) {
  return world.weather.one_way ? world.weather.way % count : (unsigned)random_next(&world.random, count);
}

uint64_t world_between_ns(uint64_t least_ns, uint64_t most_ns) {
  return least_ns + random_next(&world.random, most_ns - least_ns + 1);
}

uint64_t os_clock_ns(void) {
  return world.now_ns;
}

uint64_t os_clock_coarse_ns(void) {
  return world.now_ns;
}

void os_cpu_relax(void) {
}

/* One, so that nobody spins: time stands still meanwhile. */
unsigned os_cpu_count(void) {
  return 1;
}

os_handle world_handle_make(void) {
  if (handles.next == WORLD_HANDLES_MAX) {
    world_break("the world has no more handles");
    handles.next = 0;
  }
  handles.open[handles.next] = true;
  handles.rung[handles.next] = false;
  world.handle_count++;
  return HANDLE_FIRST + (os_handle)handles.next++;
}

void world_handle_ring(os_handle handle, bool rung) {
  if (handle >= HANDLE_FIRST) handles.rung[handle - HANDLE_FIRST] = rung;
}

bool world_handle_rung(os_handle handle) {
  return handle >= HANDLE_FIRST && handles.rung[handle - HANDLE_FIRST];
}

os_handle os_handle_close(os_handle handle) {
  if (handle < HANDLE_FIRST) return OS_HANDLE_NONE;
  if (!handles.open[handle - HANDLE_FIRST]) world_break("a handle was closed twice");
  handles.open[handle - HANDLE_FIRST] = false;
  world.handle_count--;
  return OS_HANDLE_NONE;
}

void os_handle_close_on_exec(os_handle handle) {
  (void)handle;
}

os_handle os_handle_raise(os_handle handle) {
  return handle;
}

bool os_handle_same(os_handle handle) {
  return handle >= 0;
}

uint32_t os_handle_losses(void) {
  return 0;
}

static void make_ends(os_handle *out_hears, os_handle *out_rings) {
  *out_hears = world_handle_make();
  *out_rings = world_handle_make();
  handles.heard[*out_rings - HANDLE_FIRST] = *out_hears;
}

llmb_status os_bell_create(enum os_bell_ringer ringer, os_handle *out_hears, os_handle *out_rings, int *os_code) {
  (void)ringer, (void)os_code;
  make_ends(out_hears, out_rings);
  return LLMB_OK;
}

void os_bell_ring(os_handle rings) {
  if (rings >= HANDLE_FIRST) world_handle_ring(handles.heard[rings - HANDLE_FIRST], true);
}

enum os_bell_state os_bell_clear(os_handle hears) {
  world_handle_ring(hears, false);
  return OS_BELL_CLEAR;
}

llmb_status os_post_create(enum os_bell_ringer sender, os_handle *out_receives, os_handle *out_sends, int *os_code) {
  (void)sender, (void)os_code;
  make_ends(out_receives, out_sends);
  world_post_made(*out_receives);
  return LLMB_OK;
}

llmb_status os_post_receive(os_handle receives, void *buffer, uint64_t *out_size) {
  return world_post_take(receives, buffer, out_size);
}

static unsigned mark_readable(struct os_poll_item *items, unsigned count) {
  unsigned readable = 0;
  for (unsigned i = 0; i < count; i++) {
    items[i].readable = world_handle_rung(items[i].handle);
    readable += items[i].readable;
  }
  return readable;
}

/* The only place where time passes: until something that is waited for happens. */
unsigned os_poll(struct os_poll_item *items, unsigned count, uint64_t deadline_ns) {
  for (;;) {
    world_engines_run();
    const unsigned readable = mark_readable(items, count);
    if (readable > 0 || world.now_ns >= deadline_ns) return readable;
    if (world.before_sleep != NULL) world.before_sleep();
    const uint64_t next_ns = world_engines_next_ns();
    if ((next_ns == LLMB_NEVER && deadline_ns == LLMB_NEVER) || ++handles.sleeps == SLEEPS_MAX) {
      world_break("a wait without end");
      return 0;
    }
    const uint64_t until_ns = next_ns < deadline_ns ? next_ns : deadline_ns;
    if (until_ns > world.now_ns) world.now_ns = until_ns;
  }
}

/* No signals come here. */
unsigned os_poll_or_signal(struct os_poll_item *items, unsigned count, uint64_t deadline_ns) {
  return os_poll(items, count, deadline_ns);
}

llmb_status os_region_create(uint64_t size, os_handle *out_handle, void **out_address, int *os_code) {
  (void)os_code;
  *out_handle = world_handle_make();
  *out_address = world_region_made(size);
  return LLMB_OK;
}

llmb_status os_region_map(os_handle handle, uint64_t size, void **out_address, int *os_code) {
  (void)handle, (void)size, (void)out_address, (void)os_code;
  return LLMB_E_UNSUPPORTED;
}

void os_region_unmap(void *address, uint64_t size) {
  (void)size;
  if (address != NULL) world_region_left(address, true);
}

llmb_status os_socket_pair(os_handle out[2], int *os_code) {
  (void)os_code;
  make_ends(&out[1], &out[0]);
  world_socket_made(out[0], out[1]);
  return LLMB_OK;
}

llmb_status os_socket_send(os_handle socket, const void *bytes, uint64_t size, const os_handle *sent_handles,
                           unsigned handle_count, int *os_code) {
  (void)handle_count, (void)os_code;
  return world_socket_sent(socket, bytes, size, sent_handles);
}

llmb_status os_socket_receive(os_handle socket, void *bytes, uint64_t capacity, uint64_t *out_size,
                              os_handle *out_handles, unsigned handle_capacity, unsigned *out_handle_count,
                              int *os_code) {
  (void)socket, (void)bytes, (void)capacity, (void)out_size;
  (void)out_handles, (void)handle_capacity, (void)out_handle_count, (void)os_code;
  return LLMB_E_UNSUPPORTED; /* what engines say comes by their post */
}

void os_socket_only_send(os_handle socket) {
  (void)socket;
}

void os_socket_end(os_handle socket) {
  world_socket_ended(socket);
}

bool os_process_private_bytes(os_handle process, int64_t number, uint64_t *out_bytes) {
  (void)process, (void)number;
  *out_bytes = random_next(&world.random, UINT64_C(64) << 20);
  return true;
}
