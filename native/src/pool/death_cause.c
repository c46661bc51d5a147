#include "pool/death_cause.h"

#include <llmbridge/status.h>

enum { SIGNAL_KILL = 9, SIGNAL_TERMINATE = 15, SIGNAL_HANG_UP = 1, SIGNAL_INTERRUPT = 2, SIGNAL_QUIT = 3 };

/* Signals that an engine does not raise by what it does. */
static bool is_sent(int32_t signal) {
  return signal == SIGNAL_KILL || signal == SIGNAL_TERMINATE || signal == SIGNAL_HANG_UP ||
         signal == SIGNAL_INTERRUPT || signal == SIGNAL_QUIT;
}

enum death_cause death_cause_of(const struct death_facts *facts) {
  if (facts->killed_here) return DEATH_OURS;
  if (facts->exit_kind == LLMB_EXIT_CODE) return DEATH_ENGINES;
  if (facts->exit_kind != LLMB_EXIT_SIGNAL) return DEATH_UNKNOWN;
  if (facts->exit_value == SIGNAL_KILL && facts->memory_was_short) return DEATH_MEMORY;
  return is_sent(facts->exit_value) ? DEATH_UNKNOWN : DEATH_ENGINES;
}

const struct death_consequence *death_consequence(enum death_cause cause) {
  static const struct death_consequence table[DEATH_CAUSE_COUNT] = {
      [DEATH_OURS] = {.name = "ours",
                      .recognised_by = "the host or the keeper killed the engine: a hang, a passed deadline, a breach "
                                       "of the protocol",
                      .calls = "the call it was killed for ends as `engine_hung`, `deadline_exceeded` or "
                               "`protocol_error`; the others are begun again",
                      .restarts = "counted, unless one request explains it"},
      [DEATH_ENGINES] = {.name = "the engine's",
                         .recognised_by = "SIGSEGV, SIGABRT, SIGBUS, SIGILL, SIGFPE, SIGSYS, SIGXCPU or any other "
                                          "signal that a program raises by what it does; an exit nobody asked for",
                         .is_evidence = true,
                         .spends_retry_budget = true,
                         .calls = "begun again, each alone in its engine, at most `retries` times; a second such death "
                                  "alone without progress between is `poisoned`",
                         .restarts = "counted, unless one request explains it"},
      [DEATH_MEMORY] = {.name = "memory",
                        .recognised_by = "SIGKILL, and evidence: the kernel's count of processes killed for want of "
                                         "memory rose in the engine's cgroup, or the engine had grown to within a "
                                         "tenth of its cgroup's limit or of the machine's available memory",
                        .is_evidence = true,
                        .against_largest = true,
                        .spends_retry_budget = true,
                        .calls = "as above for the largest request of the engine; the others are begun again",
                        .restarts = "counted, unless one request explains it"},
      [DEATH_UNKNOWN] = {.name = "an unknown kill",
                         .recognised_by = "SIGKILL, SIGTERM, SIGHUP, SIGINT or SIGQUIT from elsewhere; the keeper is "
                                          "gone and nobody can say",
                         .calls = "begun again, whatever `retries` says",
                         .restarts =
                             "not counted; at once, from the third within 10 s on after a pause of up to a second"},
  };
  return &table[cause];
}
