#include "keeper/share_deaths.h"

#include <string.h>
#include <unistd.h>

#include "keeper/share_boot_id.h"
#include "platform/os_clock.h"

enum { RECORD_MAGIC = 0x76694c4c, RECORD_VERSION = 1 };

struct record {
  uint32_t magic, version;
  char boot_id[SHARE_BOOT_ID_SIZE]; /* its times are of this boot */
  uint32_t begins;                  /* a server holds the lock, and has served nobody yet */
  uint32_t count, reserved;
  uint64_t death_ns[SHARE_DEATHS_MAX]; /* the oldest first */
};

/* What does not make sense, or is of another boot, is as good as nothing. */
static void read_record(int lock, struct record *record) {
  char boot_id[SHARE_BOOT_ID_SIZE];
  share_boot_id(boot_id);
  if (pread(lock, record, sizeof *record, 0) == (ssize_t)sizeof *record && record->magic == RECORD_MAGIC &&
      record->version == RECORD_VERSION && memcmp(record->boot_id, boot_id, sizeof boot_id) == 0 &&
      record->count <= SHARE_DEATHS_MAX) {
    return;
  }
  *record = (struct record){.magic = RECORD_MAGIC, .version = RECORD_VERSION};
  memcpy(record->boot_id, boot_id, sizeof boot_id);
}

/* A full disk costs the count and nothing else. */
static void write_record(int lock, const struct record *record) {
  (void)!pwrite(lock, record, sizeof *record, 0);
}

static void drop_first(struct record *record, unsigned count) {
  memmove(record->death_ns, record->death_ns + count, (record->count - count) * sizeof record->death_ns[0]);
  record->count -= count;
}

bool share_deaths_begin(int lock, unsigned limit, uint64_t window_ns, unsigned *out_count, uint64_t *out_wait_ns) {
  struct record record;
  const uint64_t now_ns = os_clock_ns();
  unsigned old = 0;
  read_record(lock, &record);
  if (record.begins != 0) {
    if (record.count == SHARE_DEATHS_MAX) drop_first(&record, 1);
    record.death_ns[record.count++] = now_ns; /* when it is noticed */
  }
  while (old < record.count && (record.death_ns[old] > now_ns || now_ns - record.death_ns[old] >= window_ns)) old++;
  drop_first(&record, old);
  if (limit >= SHARE_DEATHS_MAX) limit = SHARE_DEATHS_MAX - 1;
  const bool may_begin = record.count <= limit;
  record.begins = may_begin;
  *out_count = record.count;
  *out_wait_ns = may_begin ? 0 : window_ns - (now_ns - record.death_ns[record.count - limit - 1]);
  write_record(lock, &record);
  return may_begin;
}

static void settle(int lock, bool is_well) {
  struct record record;
  read_record(lock, &record);
  record.begins = 0;
  if (is_well) record.count = 0;
  write_record(lock, &record);
}

void share_deaths_serve(int lock) {
  settle(lock, true);
}

void share_deaths_end(int lock) {
  settle(lock, false);
}
