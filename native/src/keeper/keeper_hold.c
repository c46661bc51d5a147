#include "keeper/keeper_hold.h"

#include <pthread.h>

#include "core/error.h"
#include "core/memory.h"

struct keeper_hold {
  struct keeper *keeper;
  unsigned references;
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct keeper_hold *current; /* the one that new holders get */

llmb_status keeper_hold_acquire(const char *program, uint64_t deadline_ns, struct keeper_hold **out,
                                llmb_error *error) {
  *out = NULL;
  llmb_status status = LLMB_OK;
  pthread_mutex_lock(&lock);
  if (current != NULL && !keeper_alive(current->keeper)) current = NULL; /* its holders let go of it by and by */
  if (current == NULL) {
    void *memory = NULL;
    struct keeper *keeper = NULL;
    status = keeper_start(program, deadline_ns, &keeper, error);
    if (status != LLMB_OK) goto finish;
    status = memory_allocate(sizeof *current, &memory);
    if (status != LLMB_OK) {
      keeper_stop(keeper);
      error_set(error, status, LLMB_PHASE_START, "no memory for the keeper");
      goto finish;
    }
    current = memory;
    current->keeper = keeper;
  }
  current->references++;
  *out = current;

finish:
  pthread_mutex_unlock(&lock);
  return status;
}

void keeper_hold_distrust(struct keeper_hold *hold) {
  pthread_mutex_lock(&lock);
  if (current == hold) current = NULL;
  keeper_kill(hold->keeper);
  pthread_mutex_unlock(&lock);
}

struct keeper_hold *keeper_hold_retain(struct keeper_hold *hold) {
  pthread_mutex_lock(&lock);
  hold->references++;
  pthread_mutex_unlock(&lock);
  return hold;
}

struct keeper_hold *keeper_hold_release(struct keeper_hold *hold) {
  if (hold == NULL) return NULL;
  pthread_mutex_lock(&lock);
  const bool last = --hold->references == 0;
  if (last && current == hold) current = NULL;
  pthread_mutex_unlock(&lock);
  if (last) {
    keeper_stop(hold->keeper);
    memory_release(hold);
  }
  return NULL;
}

llmb_status keeper_hold_spawn(struct keeper_hold *hold, const struct keeper_spawn *spawn, struct engine_process *out,
                              llmb_error *error) {
  pthread_mutex_lock(&lock);
  const llmb_status status = keeper_spawn(hold->keeper, spawn, out, error);
  pthread_mutex_unlock(&lock);
  return status;
}

void keeper_hold_kill(struct keeper_hold *hold, struct engine_process *process) {
  pthread_mutex_lock(&lock);
  engine_process_kill(hold->keeper, process);
  pthread_mutex_unlock(&lock);
}

void keeper_hold_abandon(void) {
  lock = (pthread_mutex_t)PTHREAD_MUTEX_INITIALIZER; /* another thread of the parent may have held it */
  struct keeper_hold *inherited = current;
  current = NULL;
  if (inherited != NULL) {
    keeper_abandon(inherited->keeper);
    memory_release(inherited);
  }
}
