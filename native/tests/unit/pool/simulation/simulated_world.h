/* A world for the library's host side without processes: its clock stands still until everyone sleeps, its engines and
 * its keeper are made of chance from a seed. It is put in by the linker, in place of platform/os_*.c and of the
 * keeper's client: bridge, calls, pump, pool, connections, slots and rings are the library's own. */
#ifndef LLMB_SIMULATED_WORLD_H
#define LLMB_SIMULATED_WORLD_H

#include <stdbool.h>
#include <stdint.h>

#include "tests/seeded_random.h"
#include "keeper/keeper_client.h"

#define WORLD_MS UINT64_C(1000000)

enum { WORLD_ENGINES_MAX = 512, WORLD_HANDLES_MAX = 8192, WORLD_CALLS_MAX = 64 };

/* What the weather of one schedule is: how many of a thousand starts and requests go wrong. */
struct world_weather {
  unsigned bad_starts, bad_requests;
  bool one_way; /* all bad starts and all bad requests go wrong in the same way */
  unsigned way;
  uint32_t abilities;
  uint64_t idle_ns;      /* after which an engine retires */
  unsigned full_sockets; /* of a thousand orders: the keeper's socket has no room for it yet */
  unsigned losses;       /* of a thousand kills: the keeper is gone instead */
  unsigned stops;        /* the same: the keeper is stopped, and tells nothing of the end */
};

struct simulated_engine;

/* What the world has seen of one call, by the number in its prompt. */
struct world_call {
  struct simulated_engine *engine; /* the last one that began it */
  unsigned kill_count;             /* engines that it ended */
};

struct world {
  struct random random;
  struct world_weather weather;
  uint64_t now_ns;
  struct world_call calls[WORLD_CALLS_MAX];
  unsigned alive_count, alive_count_max, spawn_count, repeated_deaths;
  unsigned requests_max; /* that one engine may get; 0 is no limit */
  unsigned handle_count;
  const char *broken;         /* the first promise that was broken; NULL if none */
  void (*before_sleep)(void); /* looks at what must hold whenever everyone sleeps */
  void (*at_spawn)(void);     /* the same, when the library asks for an engine */
};

extern struct world world;

/* Forgets everything; what follows is decided by the seed. */
void world_begin(uint64_t seed);
void world_break(const char *promise);

/* True once in a thousand / so_many times. */
bool world_chance(unsigned per_thousand);
/* Chance, or the one way in which things go wrong in this weather. */
unsigned world_way(unsigned count);
uint64_t world_between_ns(uint64_t least_ns, uint64_t most_ns);

/* Handles. */
os_handle world_handle_make(void);
void world_handle_ring(os_handle handle, bool rung);
bool world_handle_rung(os_handle handle);

void world_engines_forget(void);

/* Engines: what is due now happens; when the next thing is due. */
void world_engines_run(void);
uint64_t world_engines_next_ns(void);
bool world_engines_alive(void);

/* The host's end of an engine's socket, and of its post. */
void world_socket_made(os_handle host_end, os_handle engine_end);
llmb_status world_socket_sent(os_handle host_end, const void *bytes, uint64_t size, const os_handle *handles);
void world_post_made(os_handle post);
llmb_status world_post_take(os_handle post, void *bytes, uint64_t *size);
void world_socket_ended(os_handle host_end);

/* A region is given back when host and engine have both left it. */
void *world_region_made(uint64_t size);
void *world_region_newest(void);
void world_region_entered(const void *region); /* by the engine */
void world_region_left(const void *region, bool host);
unsigned world_regions_mapped(void); /* by the host */
void world_regions_forget(void);

#endif
