/* Memory that simulated hosts and engines share. It is kept for the next schedule: fresh pages cost more than all else.
 */
#include <stdlib.h>
#include <string.h>

#include "channel/channel_layout.h"
#include "tests/unit/pool/simulation/simulated_world.h"

enum { REGIONS_MAX = 64, SLOTS_MAX = 4, HEAD_SIZE = 8192 };

static struct {
  uint8_t *bytes;
  bool host, engine;
} regions[REGIONS_MAX];

static uint8_t *newest;

void *world_region_newest(void) {
  return newest;
}

void *world_region_made(uint64_t size) {
  const uint64_t whole = channel_region_size(SLOTS_MAX);
  if (size > whole) world_break("a region larger than the simulation has slots for");
  for (int i = 0; i < REGIONS_MAX; i++) {
    if (regions[i].host || regions[i].engine) continue;
    if (regions[i].bytes == NULL) regions[i].bytes = aligned_alloc(4096, (whole + 4095) / 4096 * 4096);
    if (regions[i].bytes == NULL) abort();
    memset(regions[i].bytes, 0, HEAD_SIZE); /* the rings' bytes may hold anything */
    regions[i].host = true;
    newest = regions[i].bytes;
    return newest;
  }
  abort();
}

void world_region_entered(const void *region) {
  for (int i = 0; i < REGIONS_MAX; i++) {
    if (regions[i].bytes == region) regions[i].engine = true;
  }
}

void world_region_left(const void *region, bool host) {
  for (int i = 0; i < REGIONS_MAX; i++) {
    if (regions[i].bytes != region) continue;
    if (host) regions[i].host = false;
    if (!host) regions[i].engine = false;
  }
}

unsigned world_regions_mapped(void) {
  unsigned count = 0;
  for (int i = 0; i < REGIONS_MAX; i++) count += regions[i].host;
  return count;
}

void world_regions_forget(void) {
  for (int i = 0; i < REGIONS_MAX; i++) regions[i].host = regions[i].engine = false;
}
