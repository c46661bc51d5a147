#include <poll.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "tests/soak/soak.h"

enum { KEEPER_END_MS = 30000 };

struct crew {
  pthread_barrier_t quiet, checked;
  atomic_uint running;
  int ended;
  pthread_t ids[SOAK_THREADS_MAX];
  struct soak_thread *threads;
};

struct member {
  struct crew *crew;
  struct soak_thread *thread;
};

struct soak_bridge *soak_add_bridge(struct soak *soak, const struct soak_bridge_kind *kind) {
  struct soak_bridge *bridge = &soak->bridges[soak->bridge_count];
  if (!soak_bridge_open(&soak->tally, kind, bridge)) return NULL;
  soak->bridge_count++;
  return bridge;
}

bool soak_crowd(struct soak_thread *thread, const struct soak_bridge *bridge) {
  unsigned count = bridge->kind->workers * bridge->kind->slots, answered = 0;
  if (count > SOAK_CROWD_MAX) count = SOAK_CROWD_MAX;
  for (unsigned i = 0; i < count; i++) {
    soak_call_start(&thread->calls[i], &thread->soak->tally, bridge, &thread->random);
  }
  for (unsigned i = 0; i < count; i++) answered += soak_call_end(&thread->calls[i], 0) == LLMB_OK;
  return answered == count;
}

void soak_watch(const struct soak_thread *thread, uint64_t duration_ns) {
  struct soak *soak = thread->soak;
  const unsigned quarter = (soak->parts + 3) / 4;
  if (thread->part < quarter) soak_latency_add(&soak->early, duration_ns);
  if (thread->part >= soak->parts - quarter) soak_latency_add(&soak->late, duration_ns);
}

static void *member_run(void *argument) {
  const struct member member = *(struct member *)argument;
  struct soak_thread *thread = member.thread;
  struct soak *soak = thread->soak;
  for (thread->part = 0; thread->part < soak->parts && !soak->over; thread->part++) {
    soak->mode->work(thread);
    if (pthread_barrier_wait(&member.crew->quiet) == PTHREAD_BARRIER_SERIAL_THREAD) {
      soak_checkpoint(thread);
      atomic_store(&soak->part, thread->part + 1);
      soak->over = soak_tally_hopeless(&soak->tally);
    }
    pthread_barrier_wait(&member.crew->checked);
  }
  if (atomic_fetch_sub(&member.crew->running, 1) == 1) eventfd_write(member.crew->ended, 1);
  return NULL;
}

static void run_crew(struct soak *soak) {
  static struct member members[SOAK_THREADS_MAX];
  const unsigned count = soak->options.threads;
  struct crew crew = {.running = count, .ended = eventfd(0, EFD_CLOEXEC)};
  crew.threads = calloc(count, sizeof *crew.threads);
  pthread_barrier_init(&crew.quiet, NULL, count);
  pthread_barrier_init(&crew.checked, NULL, count);
  for (unsigned i = 0; i < count; i++) {
    crew.threads[i].soak = soak;
    crew.threads[i].number = i;
    crew.threads[i].random.state = soak->options.seed * UINT64_C(0x9e3779b97f4a7c15) + i + 1;
    members[i] = (struct member){&crew, &crew.threads[i]};
    if (pthread_create(&crew.ids[i], NULL, member_run, &members[i]) != 0) exit(1);
  }
  soak_progress(soak, crew.ended);
  for (unsigned i = 0; i < count; i++) pthread_join(crew.ids[i], NULL);
  pthread_barrier_destroy(&crew.quiet);
  pthread_barrier_destroy(&crew.checked);
  free(crew.threads);
  close(crew.ended);
}

/* The last bridge's end is the keeper's too. */
static void await_keeper_end(struct soak *soak) {
  struct pollfd item = {.fd = soak->keeper_handle, .events = POLLIN};
  if (soak->keeper_handle < 0) return;
  if (poll(&item, 1, KEEPER_END_MS) != 1) soak_violation(&soak->tally, "the keeper goes on without bridges");
  close(soak->keeper_handle);
}

void soak_run(struct soak *soak) {
  soak_figures_take(&soak->before, 0);
  soak_figures_targets(soak->targets_before);
  soak->start_ns = llmb_clock_ns();
  soak->keeper_handle = -1;
  soak->mode->open(soak);
  run_crew(soak);
  soak->end_ns = llmb_clock_ns();
  while (soak->bridge_count > 0) soak_bridge_close(&soak->bridges[--soak->bridge_count]);
  await_keeper_end(soak);
  soak_figures_take(&soak->after, 0);
  soak_figures_targets(soak->targets_after);
}
