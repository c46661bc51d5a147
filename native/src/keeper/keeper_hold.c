#include "keeper/keeper_hold.h"

#include <pthread.h>

#include "core/error.h"
#include "core/memory.h"
#include "platform/os_identity.h"

struct keeper_hold {
  struct keeper *keeper;
  struct os_identity identity; /* as whom it was started, and so are its engines */
  unsigned references;
  struct keeper_hold *next; /* in the list of those that were told goodbye */
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER; /* guards all below; nobody waits while holding it */
static struct keeper_hold *current;                      /* the one that new holders get */
static struct keeper_hold *leaving;                      /* told goodbye, their ends not yet taken in */

static llmb_status launch(const char *program, const struct os_identity *identity, llmb_error *error) {
  void *memory = NULL;
  llmb_status status = memory_allocate(sizeof *current, &memory);
  if (status != LLMB_OK) return error_set(error, status, LLMB_PHASE_START, "no memory for the keeper");
  struct keeper_hold *hold = memory;
  status = keeper_launch(program, &hold->keeper, error);
  if (status != LLMB_OK) {
    memory_release(hold);
    return status;
  }
  hold->identity = *identity;
  current = hold;
  return LLMB_OK;
}

/* Takes one out of the list of those that leave: any, or only one whose end needs no waiting for. NULL if none. */
static struct keeper_hold *take_leaving(bool any) {
  pthread_mutex_lock(&lock);
  struct keeper_hold **link = &leaving;
  while (*link != NULL && !any && !keeper_has_left((*link)->keeper)) link = &(*link)->next;
  struct keeper_hold *hold = *link;
  if (hold != NULL) *link = hold->next;
  pthread_mutex_unlock(&lock);
  return hold;
}

static void await_leaving(bool any) {
  for (struct keeper_hold *hold = NULL; (hold = take_leaving(any)) != NULL;) {
    keeper_await_end(hold->keeper);
    memory_release(hold);
  }
}

void keeper_hold_await_leaving(void) {
  await_leaving(true);
}

llmb_status keeper_hold_acquire(const char *program, struct keeper_hold **out, llmb_error *error) {
  *out = NULL;
  llmb_status status = LLMB_OK;
  const struct os_identity identity = os_identity_now();
  await_leaving(false);
  pthread_mutex_lock(&lock);
  if (current != NULL && !keeper_alive(current->keeper)) current = NULL; /* its holders let go of it by and by */
  /* A host that has become another user gets engines that are that user, never again those that it could start before.
   */
  if (current != NULL && !os_identity_same(&current->identity, &identity)) current = NULL;
  if (current == NULL) status = launch(program, &identity, error);
  if (status == LLMB_OK) {
    current->references++;
    *out = current;
  }
  pthread_mutex_unlock(&lock);
  return status;
}

llmb_status keeper_hold_greeting(struct keeper_hold *hold, uint64_t now_ns, llmb_error *error) {
  pthread_mutex_lock(&lock);
  const llmb_status status = keeper_greeting(hold->keeper, now_ns, error);
  pthread_mutex_unlock(&lock);
  return status;
}

uint64_t keeper_hold_greeting_until_ns(struct keeper_hold *hold, os_handle *out_handle) {
  pthread_mutex_lock(&lock);
  const uint64_t until_ns = keeper_greeting_until_ns(hold->keeper);
  *out_handle = keeper_greeting_handle(hold->keeper);
  pthread_mutex_unlock(&lock);
  return until_ns;
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
  if (--hold->references == 0) {
    if (current == hold) current = NULL;
    keeper_say_goodbye(hold->keeper);
    hold->next = leaving;
    leaving = hold;
  }
  pthread_mutex_unlock(&lock);
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

static void abandon(struct keeper_hold *hold) {
  if (hold == NULL) return;
  keeper_abandon(hold->keeper);
  memory_release(hold);
}

void keeper_hold_abandon(void) {
  lock = (pthread_mutex_t)PTHREAD_MUTEX_INITIALIZER; /* another thread of the parent may have held it */
  abandon(current);
  current = NULL;
  while (leaving != NULL) {
    struct keeper_hold *hold = leaving;
    leaving = hold->next;
    abandon(hold);
  }
}
