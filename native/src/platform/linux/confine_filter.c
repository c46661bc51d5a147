#include "platform/linux/confine_filter.h"

#include <errno.h>
#include <linux/audit.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { X32_BIT = 0x40000000, STEPS_PER_TEST = 3 };

static void add(struct confine_filter *filter, unsigned code, uint32_t value, unsigned if_true, unsigned if_false) {
  /* Counted on beyond the end, so that what does not fit shows. */
  const unsigned short at = filter->count++;
  if (at >= CONFINE_FILTER_SIZE_MAX) return;
  filter->steps[at] =
      (struct sock_filter){(unsigned short)code, (unsigned char)if_true, (unsigned char)if_false, value};
}

static void add_load(struct confine_filter *filter, size_t offset) {
  add(filter, BPF_LD | BPF_W | BPF_ABS, (uint32_t)offset, 0, 0);
}

static void add_verdict(struct confine_filter *filter, bool allow) {
  add(filter, BPF_RET | BPF_K, allow ? SECCOMP_RET_ALLOW : SECCOMP_RET_ERRNO | EPERM, 0, 0);
}

static void add_unknown(struct confine_filter *filter) {
  add(filter, BPF_RET | BPF_K, SECCOMP_RET_ERRNO | ENOSYS, 0, 0);
}

/* Goes on behind its three steps if it matches, else to the end of its alternative. */
static void add_test(struct confine_filter *filter, const struct confine_test *test, unsigned tests_left) {
  const unsigned to_end = tests_left * STEPS_PER_TEST + 1; /* the rest of the alternative and its verdict */
  const uint32_t value = test->own ? (uint32_t)getpid() : test->value;
  add_load(filter, offsetof(struct seccomp_data, args) + test->argument * sizeof(uint64_t) + (test->high ? 4 : 0));
  add(filter, BPF_ALU | BPF_AND | BPF_K, test->mask, 0, 0);
  if (test->any) {
    add(filter, BPF_JMP | BPF_JEQ | BPF_K, 0, to_end, 0);
  } else {
    add(filter, BPF_JMP | BPF_JEQ | BPF_K, value, 0, to_end);
  }
}

static unsigned alternative_size(const struct confine_test *tests) {
  unsigned size = 1;
  while (!tests[size - 1].ends) size++;
  return size;
}

/* Every path through it ends in a verdict. */
static void add_condition(struct confine_filter *filter, const struct confine_condition *condition) {
  for (unsigned at = 0; at < condition->test_count;) {
    const unsigned size = alternative_size(&condition->tests[at]);
    for (unsigned i = 0; i < size; i++) add_test(filter, &condition->tests[at + i], size - i - 1);
    add_verdict(filter, !condition->refuses);
    at += size;
  }
  add_verdict(filter, condition->refuses);
}

static void add_rule(struct confine_filter *filter, enum confine_rule rule) {
  if (rule == RULE_UNKNOWN) {
    add_unknown(filter);
  } else if (confine_conditions[rule].test_count > 0) {
    add_condition(filter, &confine_conditions[rule]);
  } else {
    add_verdict(filter, rule == RULE_YES);
  }
}

static void add_row(struct confine_filter *filter, unsigned number, enum confine_rule rule) {
  const unsigned short at = filter->count;
  add(filter, BPF_JMP | BPF_JEQ | BPF_K, number, 0, 0);
  add_rule(filter, rule);
  if (filter->count > CONFINE_FILTER_SIZE_MAX) return;
  filter->steps[at].jf = (unsigned char)(filter->count - at - 1);
}

/* The few that need no look at their arguments come first: they are what a serving engine calls most. */
static void add_rows(struct confine_filter *filter, enum confine_column column, bool any_own_signal, bool conditional) {
  const enum confine_rule usual = confine_is_allowlist(column) ? RULE_NO : RULE_YES;
  for (unsigned i = 0; i < confine_row_count; i++) {
    enum confine_rule rule = (enum confine_rule)confine_rows[i].rules[column];
    if (any_own_signal && (rule == RULE_ABORT || rule == RULE_ABORT_THREAD)) rule = RULE_SELF_SIGNAL;
    if (rule == usual || (confine_conditions[rule].test_count > 0) != conditional) continue;
    add_row(filter, confine_rows[i].number, rule);
  }
}

bool confine_filter_build(enum confine_column column, bool any_own_signal, struct confine_filter *out) {
  out->count = 0;
  add_load(out, offsetof(struct seccomp_data, arch));
  add(out, BPF_JMP | BPF_JEQ | BPF_K, AUDIT_ARCH_X86_64, 1, 0);
  add_verdict(out, false); /* the 32-bit calls, whose numbers mean others */
  add_load(out, offsetof(struct seccomp_data, nr));
  add_rows(out, column, any_own_signal, false);
  add_rows(out, column, any_own_signal, true);
  /* Also those of x32, which begin with X32_BIT. */
  _Static_assert((int)X32_BIT > (int)CONFINE_NEW_LAST, "x32's numbers are beyond the known ones");
  add(out, BPF_JMP | BPF_JGT | BPF_K, CONFINE_NEW_LAST, 3, 0);
  add(out, BPF_JMP | BPF_JGE | BPF_K, CONFINE_NEW_FIRST, 1, 0);
  add(out, BPF_JMP | BPF_JGT | BPF_K, CONFINE_OLD_LAST, 1, 0);
  add_verdict(out, !confine_is_allowlist(column));
  add_unknown(out);
  return out->count <= CONFINE_FILTER_SIZE_MAX;
}

bool confine_filter_engage(const struct confine_filter *filter) {
  const struct sock_fprog program = {
      .len = filter->count, .filter = (struct sock_filter *)(uintptr_t)filter->steps, /* the kernel only reads it */
  };
  return syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_TSYNC, &program) == 0;
}
