#include "platform/os_confine.h"
#include "platform/linux/confine_first.h"

#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)

#include "platform/linux/confine_filter.h"

static bool engage(enum confine_column column, bool any_own_signal) {
  struct confine_filter filter;
  return confine_filter_build(column, any_own_signal, &filter) && confine_filter_engage(&filter);
}

bool confine_first_filter(enum os_confine_kind kind, bool any_own_signal) {
  return engage(kind == OS_CONFINE_ANY_RUNTIME ? CONFINE_FILES : CONFINE_LOAD, any_own_signal);
}

uint32_t os_confine_calls(enum os_confine_kind kind, bool any_own_signal) {
  static const enum confine_column columns[] = {[OS_CONFINE_ANY_RUNTIME] = CONFINE_CALLS,
                                                [OS_CONFINE_OWN_ENGINE] = CONFINE_SERVE,
                                                [OS_CONFINE_SHARED_ENGINE] = CONFINE_SHARED};
  return engage(columns[kind], any_own_signal) ? OS_CONFINE_CALLS : 0;
}

#else

/* A sanitizer's runtime starts a thread and opens files when the process ends. */
bool confine_first_filter(enum os_confine_kind kind, bool any_own_signal) {
  (void)kind;
  (void)any_own_signal;
  return false;
}

uint32_t os_confine_calls(enum os_confine_kind kind, bool any_own_signal) {
  (void)kind;
  (void)any_own_signal;
  return 0;
}

#endif
