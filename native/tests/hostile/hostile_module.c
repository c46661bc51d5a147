/* An engine module that attacks its host through everything it was given, while it answers: a thread writes nonsense
 * into the memory it shares with the host, tries to cut that memory short, or talks without end. The setting `command`
 * says what, and with which seed: "flip slots 7", "flip frames 7", "flip all 7", "flip guard 7", "talk 0", "cut 0",
 * "pour 0", "replay 0", "foretell 0", "bells block 0", "bells flood 0", "bells close 0", "send 0": see hostile_bells.h.
 * Every FLIPS_TOLD flips it says so on stderr, for the host to count. */
#include <pthread.h>
#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <channel/engine_channel.h>
#include <channel/handshake.h>
#include <llmbridge/engine.h>

#include "tests/hostile/hostile_bells.h"
#include "tests/hostile/hostile_module.h"
#include "tests/seeded_random.h"

LLMB_API int32_t llmb_engine_module_main(llmb_engine *engine);

enum { DESCRIPTORS = 1000 };

/* Flips come in bursts, most of them small, or no call would get far; a burst falls while the host reads. */
enum { BURST_BITS_MAX = 16, PAUSE_US_MAX = 2000, LONG_PAUSE_US = 20000, FRAME_BYTES = 512 };

struct attack {
  char what[32];
  uint64_t seed;
  uint8_t *begin;
  size_t size, slots_size;
  uint32_t slot_count;
  int post;
};

static struct attack attack;

static void find_region(void) {
  char line[512];
  FILE *maps = fopen("/proc/self/maps", "r");
  if (maps == NULL) abort();
  while (fgets(line, sizeof line, maps) != NULL) {
    unsigned long begin = 0, end = 0;
    if (strstr(line, "memfd:llmbridge") == NULL || sscanf(line, "%lx-%lx", &begin, &end) != 2) continue;
    /* There are two: one shared with the host, and one shared with the keeper, without a head. */
    const struct channel_region *region = (const struct channel_region *)begin;
    if ((region->magic == CHANNEL_MAGIC) == (strcmp(attack.what, "flip guard") == 0)) continue;
    attack.begin = (uint8_t *)begin;
    attack.size = end - begin;
    if (strcmp(attack.what, "flip guard") == 0) continue;
    attack.slot_count = region->slot_count;
    attack.slots_size = sizeof *region + region->slot_count * sizeof region->slots[0];
  }
  fclose(maps);
  if (attack.begin == NULL) abort();
}

/* A bit, a small step, or anything at all. */
static void spoil(uint64_t *word, uint64_t chance) {
  switch (chance % 4) {
    case 0:
      *(volatile uint64_t *)word ^= UINT64_C(1) << (chance >> 8) % 64;
      break;
    case 1:
      *(volatile uint64_t *)word += (chance >> 8) % 129 - 64;
      break;
    case 2:
      *(volatile uint64_t *)word = chance;
      break;
    default:
      *(volatile uint64_t *)word += 65536;
      break;
  }
}

/* Where a frame stands that the host has yet to read, or has just read: its lengths and its contents. */
static uint8_t *near_a_frame(struct random *random) {
  struct channel_region *region = (struct channel_region *)(void *)attack.begin;
  const uint32_t slot = (uint32_t)random_next(random, attack.slot_count);
  const uint64_t back = random_next(random, FRAME_BYTES);
  const uint64_t at = atomic_load(&region->slots[slot].response_written) - back;
  return channel_response_bytes(region, attack.slot_count, slot) + at % CHANNEL_RESPONSE_RING_SIZE;
}

static void *flip(void *argument) {
  struct random random = {attack.seed};
  const bool at_frames = strcmp(attack.what, "flip frames") == 0;
  const size_t range = strcmp(attack.what, "flip slots") == 0 ? attack.slots_size : attack.size;
  uint64_t told = 0;
  for (uint64_t count = 0;;) {
    for (uint64_t end = count + (UINT64_C(1) << random_next(&random, BURST_BITS_MAX + 1)); count < end; count++) {
      uint8_t *at = at_frames ? near_a_frame(&random) : attack.begin + random_next(&random, range);
      spoil((uint64_t *)((uintptr_t)at & ~(uintptr_t)7), random_next(&random, 0));
    }
    for (; told + FLIPS_TOLD <= count; told += FLIPS_TOLD) fputs(FLIPS_TOLD_LINE, stderr);
    usleep((useconds_t)(random_next(&random, 16) == 0 ? LONG_PAUSE_US : random_next(&random, PAUSE_US_MAX)));
  }
  return argument;
}

static void *talk(void *argument) {
  const struct handshake_text words = {.type = HANDSHAKE_LAST_WORDS};
  for (;;) {
    if (write(attack.post, &words, sizeof words) < 0) sched_yield();
  }
  return argument;
}

/* Whatever is still open: none may be cut short. */
static void *cut(void *argument) {
  for (int fd = 0; fd < DESCRIPTORS; fd++) (void)!ftruncate(fd, 0);
  char path[64];
  for (int fd = 0; fd < DESCRIPTORS; fd++) {
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    (void)!truncate(path, 0);
  }
  snprintf(path, sizeof path, "/proc/self/map_files/%lx-%lx", (unsigned long)(uintptr_t)attack.begin,
           (unsigned long)(uintptr_t)attack.begin + attack.size);
  (void)!truncate(path, 0);
  return argument;
}

/* Says in each slot that there is more and more to read, byte by byte: whatever the host takes, there is the next. */
static void *pour(void *argument) {
  struct channel_region *region = (struct channel_region *)(void *)attack.begin;
  for (;;) {
    for (uint32_t i = 0; i < attack.slot_count; i++) atomic_fetch_add(&region->slots[i].response_written, 1);
    for (uint32_t i = 0; i < attack.slot_count; i++) {
      const uint64_t wrote = atomic_load(&region->slots[i].request_written);
      atomic_store(&region->slots[i].request_read, wrote);
    }
  }
  return argument;
}

/* Frames that nobody asked for, behind those that were: an answer under a call's number. */
static void slip_answer(llmb_request *request, uint64_t call_id, const char *text, uint64_t size) {
  const struct frame_head heads[] = {
      {.type = FRAME_ACCEPTED, .call_id = call_id},
      {.type = FRAME_PIECE, .call_id = call_id, .payload_size = (uint32_t)size},
      {.type = FRAME_DONE, .call_id = call_id, .payload_size = sizeof(struct frame_done)}};
  const struct frame_done done = {.finish_reason = LLMB_FINISH_STOP, .completion_tokens = 1};
  llmb_request_write_raw(request, &heads[0], sizeof heads[0]);
  llmb_request_write_raw(request, &heads[1], sizeof heads[1]);
  llmb_request_write_raw(request, text, size);
  llmb_request_write_raw(request, &heads[2], sizeof heads[2]);
  llmb_request_write_raw(request, &done, sizeof done);
}

/* What one call was told is said again where the next one listens, or to the call of another slot. */
static void replay(llmb_engine *engine, llmb_request *request, uint64_t turn, const char *text, uint64_t size) {
  llmb_request *other = &engine->only.requests[(request->slot + 1) % engine->slot_count];
  slip_answer(turn % 2 == 0 ? request : other, request->head.call_id, text, size);
}

/* The next calls of a slot are answered before they are asked. */
static void foretell(llmb_request *request) {
  for (uint64_t ahead = 1; ahead <= 4; ahead++) slip_answer(request, request->head.call_id + ahead, "foretold", 8);
}

static void *idle(void *argument) {
  return argument;
}

static void *(*attack_named(const char *what))(void *) {
  static const struct {
    const char *name;
    void *(*run)(void *);
  } attacks[] = {{"talk", talk},
                 {"cut", cut},
                 {"bells block", bells_block},
                 {"bells flood", bells_flood},
                 {"bells close", bells_close},
                 {"send", send_descriptors},
                 {"pour", pour},
                 {"replay", idle},
                 {"foretell", idle}};
  for (size_t i = 0; i < sizeof attacks / sizeof *attacks; i++) {
    if (strcmp(what, attacks[i].name) == 0) return attacks[i].run;
  }
  return flip;
}

int32_t llmb_engine_module_main(llmb_engine *engine) {
  pthread_t thread;
  const char *command = llmb_engine_setting(engine, "command");
  const char *number = strpbrk(command, "0123456789");
  if (number == NULL) return 2;
  snprintf(attack.what, sizeof attack.what, "%.*s", (int)(number - command - 1), command);
  attack.seed = strtoull(number, NULL, 10) + (uint64_t)getpid();
  attack.post = os_handle_number(engine->post);
  find_region();
  if (llmb_engine_ready(engine, "{}", NULL) != LLMB_OK) return 1;
  if (pthread_create(&thread, NULL, attack_named(attack.what), NULL) != 0) return 3;
  for (uint64_t turn = 0;; turn++) {
    llmb_request *request = NULL;
    if (llmb_engine_next(engine, LLMB_NEVER, &request) != LLMB_OK) return 0;
    if (request == NULL) continue;
    uint64_t size = 0;
    const char *input = llmb_request_input(request, &size);
    llmb_request_accept(request);
    const float vector[] = {1, 2, 3, 4};
    for (int i = 0; i < 20; i++) {
      if (llmb_request_kind(request) == LLMB_REQUEST_EMBED) {
        llmb_request_write_vector(request, vector, 4);
        break;
      }
      llmb_request_write(request, input, size);
    }
    const llmb_usage usage = {.struct_size = sizeof usage, .finish_reason = LLMB_FINISH_STOP, .completion_tokens = 1};
    char told[FRAME_BYTES];
    const uint64_t told_size = size < sizeof told ? size : sizeof told;
    memcpy(told, input, told_size); /* the request's memory is the next one's when it is done */
    llmb_request_done(request, &usage);
    if (strcmp(attack.what, "replay") == 0 && turn % 3 == 0) replay(engine, request, turn / 3, told, told_size);
    if (strcmp(attack.what, "foretell") == 0) foretell(request);
  }
}
