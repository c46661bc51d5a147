#include "tests/guard/guard_trace.h"

#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

enum { ALLOCATORS_MAX = 16 };

struct allocator {
  uint64_t address;
  enum guard_site_kind kind;
};

struct tracee {
  pid_t pid;
  uint64_t address;                    /* of the last step */
  uint64_t kernels_begin, kernels_end; /* the code that the kernel maps into every process */
  struct guard_sites *sites;
  struct guard_counts *units;
  struct allocator allocators[ALLOCATORS_MAX];
  unsigned allocator_count;
  bool is_ready; /* it could go on, and waits for its turn */
};

struct tracer {
  struct tracee sides[GUARD_SIDE_COUNT];
  unsigned unit;
  bool is_counting, ring_ends_turn;
};

static uint64_t peek_register(const struct tracee *tracee, size_t offset) {
  return (uint64_t)ptrace(PTRACE_PEEKUSER, tracee->pid, offset, NULL);
}

static bool may_sleep(int64_t number) {
  switch (number) {
    case SYS_ppoll:
    case SYS_poll:
    case SYS_futex:
    case SYS_epoll_wait:
    case SYS_epoll_pwait:
    case SYS_epoll_pwait2:
    case SYS_nanosleep:
    case SYS_clock_nanosleep:
      return true;
    default:
      return false;
  }
}

static struct guard_site *site_of(struct tracee *tracee) {
  static const uint64_t system_call_code = 0x050f;
  bool is_new = false;
  struct guard_site *site = guard_sites_at(tracee->sites, tracee->address, &is_new);
  if (!is_new) return site;
  const uint64_t code = (uint64_t)ptrace(PTRACE_PEEKTEXT, tracee->pid, tracee->address, NULL);
  if ((code & 0xffff) == system_call_code) site->kind = GUARD_SITE_SYSTEM_CALL;
  for (unsigned i = 0; i < tracee->allocator_count; i++) {
    if (tracee->allocators[i].address == tracee->address) site->kind = tracee->allocators[i].kind;
  }
  return site;
}

/* The process stopped: for a step, or because a signal is on its way to it. -1 if it is gone. */
static int stop_signal(const struct tracee *tracee, int status) {
  if (WIFSTOPPED(status)) return WSTOPSIG(status) == SIGTRAP ? 0 : WSTOPSIG(status);
  fprintf(stderr, "guard: process %d ended, status %x\n", tracee->pid, (unsigned)status);
  return -1;
}

static bool step(const struct tracee *tracee, int signal_number) {
  return ptrace(PTRACE_SINGLESTEP, tracee->pid, NULL, (long)signal_number) == 0;
}

/* Waits for the end of a step of `only`, or of anybody's; NULL when somebody is gone, or with WNOHANG nobody is ready.
 */
static struct tracee *await_step(struct tracer *tracer, const struct tracee *only, int flags) {
  for (;;) {
    int status = 0;
    const pid_t pid = waitpid(only == NULL ? -1 : only->pid, &status, __WALL | flags);
    if (pid <= 0) return NULL;
    for (int side = 0; side < GUARD_SIDE_COUNT; side++) {
      struct tracee *tracee = &tracer->sides[side];
      if (tracee->pid != pid) continue; /* the keeper is a child too, once its parent is gone */
      const int signal_number = stop_signal(tracee, status);
      if (signal_number == 0) return tracee;
      if (signal_number < 0 || !step(tracee, signal_number)) return NULL;
    }
  }
}

/* One goes to sleep: the other one's turn, if it can run. */
static struct tracee *next_turn(struct tracer *tracer, const struct tracee *from) {
  struct tracee *other = &tracer->sides[from == &tracer->sides[GUARD_HOST] ? GUARD_ENGINE : GUARD_HOST];
  struct tracee *next = other->is_ready ? other : await_step(tracer, other, WNOHANG);
  other->is_ready = false;
  return next != NULL ? next : await_step(tracer, NULL, 0);
}

static bool link_of(pid_t pid, const char *number, char *link, size_t size) {
  char path[64];
  snprintf(path, sizeof path, "/proc/%d/fd/%s", pid, number);
  const ssize_t length = readlink(path, link, size - 1);
  link[length > 0 ? length : 0] = 0;
  return length > 0;
}

/* Whether the engine is about to ring the host: it writes to a pipe that the host has too. Its keeper has others. */
static bool rings_host(const struct tracer *tracer, const struct tracee *turn, int64_t number) {
  char name[16], path[64], rung[64], heard[64];
  const pid_t host = tracer->sides[GUARD_HOST].pid;
  if (number != SYS_write || turn != &tracer->sides[GUARD_ENGINE]) return false;
  snprintf(name, sizeof name, "%d", (int)peek_register(turn, offsetof(struct user, regs.rdi)));
  snprintf(path, sizeof path, "/proc/%d/fd", host);
  DIR *folder = link_of(turn->pid, name, rung, sizeof rung) ? opendir(path) : NULL;
  bool found = false;
  for (struct dirent *entry = NULL; !found && folder != NULL && (entry = readdir(folder)) != NULL;) {
    found = link_of(host, entry->d_name, heard, sizeof heard) && strcmp(rung, heard) == 0;
  }
  if (folder != NULL) closedir(folder);
  return found;
}

/* Whose step is next, after one over the system call `number` or, with -1, over another instruction. */
static struct tracee *after_step(struct tracer *tracer, struct tracee *turn, int64_t number, bool rings) {
  if (may_sleep(number)) return next_turn(tracer, turn);
  turn = await_step(tracer, turn, 0);
  if (!tracer->ring_ends_turn || !rings) return turn;
  turn->is_ready = true;
  return await_step(tracer, &tracer->sides[GUARD_HOST], 0);
}

/* What has no old block to resize is left to malloc by the C library, and counts there. */
static bool is_allocation(const struct tracee *tracee, const struct guard_site *site) {
  if (site->kind == GUARD_SITE_REALLOCATION) return peek_register(tracee, offsetof(struct user, regs.rdi)) != 0;
  return site->kind == GUARD_SITE_ALLOCATION;
}

/* The kernel's code reads the clock, and begins anew where the kernel has set it on meanwhile: how often depends on how
 * long a step takes. */
static bool is_kernels(const struct tracee *tracee) {
  return tracee->address >= tracee->kernels_begin && tracee->address < tracee->kernels_end;
}

static void count(const struct tracer *tracer, struct tracee *tracee, struct guard_site *site, int64_t number) {
  if (!tracer->is_counting) return;
  struct guard_counts *counts = &tracee->units[tracer->unit];
  counts->instructions += !is_kernels(tracee);
  counts->allocations += is_allocation(tracee, site);
  if (number >= 0 && number < GUARD_SYSTEM_CALLS_MAX) counts->system_calls[number]++;
  site->count++;
}

/* A mark ends one unit and begins the next. False after the last one. */
static bool begin_unit(struct tracer *tracer) {
  struct guard_counts *host = &tracer->sides[GUARD_HOST].units[tracer->unit];
  const bool engine_worked = tracer->sides[GUARD_ENGINE].units[tracer->unit].instructions > 0;
  if (tracer->is_counting && engine_worked) return ++tracer->unit < GUARD_UNITS;
  *host = (struct guard_counts){0};
  tracer->is_counting = true;
  return true;
}

/* True at the mark after the last unit. */
static bool trace_units(struct tracer *tracer) {
  for (struct tracee *turn = &tracer->sides[GUARD_HOST]; turn != NULL;) {
    const uint64_t address = peek_register(turn, offsetof(struct user, regs.rip));
    const bool is_repeated = address == turn->address; /* a string instruction: how often depends on the processor */
    turn->address = address;
    struct guard_site *site = site_of(turn);
    const int64_t number =
        site->kind == GUARD_SITE_SYSTEM_CALL ? (int64_t)peek_register(turn, offsetof(struct user, regs.rax)) : -1;
    if (number == GUARD_MARK && !begin_unit(tracer)) return true;
    if (!is_repeated) count(tracer, turn, site, number);
    const bool rings = tracer->ring_ends_turn && rings_host(tracer, turn, number);
    if (!step(turn, 0)) return false;
    turn = after_step(tracer, turn, number, rings);
  }
  return false;
}

static void find_kernels(struct tracee *tracee, const struct guard_symbols *symbols) {
  for (unsigned i = 0; i < symbols->count; i++) {
    const struct guard_symbol *symbol = &symbols->symbols[i];
    if (strcmp(symbol->file, "[vdso]") != 0 || strcmp(symbol->name, "?") != 0) continue;
    tracee->kernels_begin = symbol->begin;
    tracee->kernels_end = symbol->end;
  }
}

static void find_allocators(struct tracee *tracee, const struct guard_symbols *symbols) {
  static const struct {
    const char *name;
    enum guard_site_kind kind;
  } names[] = {{"malloc", GUARD_SITE_ALLOCATION},         {"calloc", GUARD_SITE_ALLOCATION},
               {"memalign", GUARD_SITE_ALLOCATION},       {"aligned_alloc", GUARD_SITE_ALLOCATION},
               {"posix_memalign", GUARD_SITE_ALLOCATION}, {"realloc", GUARD_SITE_REALLOCATION}};
  for (unsigned i = 0; i < symbols->count; i++) {
    const struct guard_symbol *symbol = &symbols->symbols[i];
    for (size_t n = 0; n < sizeof names / sizeof names[0]; n++) {
      if (strcmp(symbol->name, names[n].name) != 0 || tracee->allocator_count == ALLOCATORS_MAX) continue;
      tracee->allocators[tracee->allocator_count++] = (struct allocator){symbol->begin, names[n].kind};
    }
  }
}

static bool prepare_side(struct tracer *tracer, struct guard_trace *trace, enum guard_side side, pid_t pid) {
  struct tracee *tracee = &tracer->sides[side];
  trace->sites[side] = calloc(1, sizeof *trace->sites[side]);
  trace->symbols[side] = guard_symbols_of(pid);
  *tracee = (struct tracee){.pid = pid, .sites = trace->sites[side], .units = trace->units[side]};
  find_allocators(tracee, &trace->symbols[side]);
  find_kernels(tracee, &trace->symbols[side]);
  return tracee->sites != NULL && tracee->allocator_count > 0;
}

/* The engine is stopped where it sleeps, and goes on sleeping in its first step. */
static bool attach_engine(pid_t pid) {
  int status = 0;
  if (ptrace(PTRACE_SEIZE, pid, NULL, (long)PTRACE_O_EXITKILL) != 0) return false;
  if (ptrace(PTRACE_INTERRUPT, pid, NULL, NULL) != 0) return false;
  if (waitpid(pid, &status, __WALL) != pid || !WIFSTOPPED(status)) return false;
  return ptrace(PTRACE_SINGLESTEP, pid, NULL, NULL) == 0;
}

bool guard_trace(struct guard_trace *trace, void (*host)(const void *argument), const void *argument,
                 bool ring_ends_turn) {
  struct tracer tracer = {.ring_ends_turn = ring_ends_turn};
  bool traced = false;
  *trace = (struct guard_trace){0};
  const pid_t pid = guard_child_start(host, argument);
  if (pid < 0) return false;
  tracer.sides[GUARD_HOST].pid = pid;
  const pid_t engine = (pid_t)peek_register(&tracer.sides[GUARD_HOST], offsetof(struct user, regs.rdx));
  if (!attach_engine(engine)) {
    fprintf(stderr, "guard: engine %d cannot be traced: %s\n", engine, strerror(errno));
  } else if (!prepare_side(&tracer, trace, GUARD_HOST, pid) || !prepare_side(&tracer, trace, GUARD_ENGINE, engine)) {
    fprintf(stderr, "guard: the functions of host or engine were not found\n");
    guard_child_detach(engine);
  } else {
    traced = trace_units(&tracer);
    guard_child_detach(engine);
  }
  guard_child_detach(pid);
  return guard_child_await_end(pid) && traced;
}

void guard_trace_free(struct guard_trace *trace) {
  for (int side = 0; side < GUARD_SIDE_COUNT; side++) {
    free(trace->sites[side]);
    guard_symbols_free(&trace->symbols[side]);
  }
  *trace = (struct guard_trace){0};
}
