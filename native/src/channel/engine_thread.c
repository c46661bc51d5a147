#include "channel/engine_thread.h"

#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

#include "channel/engine_channel.h"
#include "channel/engine_connect.h"
#include "channel/engine_module.h"
#include "core/memory.h"
#include "platform/os_thread.h"

enum { MODULE_PATH_SIZE_MAX = 4096 };

struct engine_thread {
  os_thread thread;
  os_handle socket;
  int32_t exit_status;
  _Atomic uint32_t owners; /* the thread and whoever started it */
  char name[32];
  char module_path[MODULE_PATH_SIZE_MAX];
};

static void release(struct engine_thread *thread) {
  if (atomic_fetch_sub(&thread->owners, 1) == 1) memory_release(thread);
}

static int32_t serve(struct engine_thread *thread) {
  struct engine_module module;
  llmb_engine *engine = NULL;
  int32_t status = 1;
  engine_module_load(thread->module_path, &module);
  if (engine_connect_thread(thread->name, module.version, thread->socket, &engine) != LLMB_OK) return status;
  if (module.main != NULL) {
    status = module.main(engine);
  } else {
    engine_module_refuse(&module, thread->name, engine);
  }
  llmb_engine_close(engine);
  return status;
}

static void *run(void *argument) {
  struct engine_thread *thread = argument;
  thread->exit_status = serve(thread);
  release(thread);
  return NULL;
}

llmb_status engine_thread_start(const char *module_path, const char *name, os_handle socket,
                                struct engine_thread **out) {
  void *memory = NULL;
  *out = NULL;
  llmb_status status = memory_allocate(sizeof **out, &memory);
  if (status != LLMB_OK) {
    os_handle_close(socket);
    return status;
  }
  struct engine_thread *thread = memory;
  thread->socket = socket;
  atomic_store(&thread->owners, 2);
  snprintf(thread->name, sizeof thread->name, "%s", name);
  snprintf(thread->module_path, sizeof thread->module_path, "%s", module_path);
  status = os_thread_start(run, thread, &thread->thread);
  if (status == LLMB_OK) {
    *out = thread;
  } else {
    os_handle_close(socket);
    memory_release(thread);
  }
  return status;
}

bool engine_thread_ended(const struct engine_thread *thread) {
  return atomic_load(&thread->owners) == 1;
}

int32_t engine_thread_join(struct engine_thread *thread) {
  os_thread_join(thread->thread);
  const int32_t status = thread->exit_status;
  release(thread);
  return status;
}

void engine_thread_abandon(struct engine_thread *thread) {
  os_thread_detach(thread->thread);
  release(thread);
}
